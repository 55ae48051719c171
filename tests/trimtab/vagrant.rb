# A stand-in for Vagrant's DSL: loads the Vagrantfile given and prints what it defines as JSON.
require "json"

class Node
  attr_reader :said

  def initialize
    @said = { "networks" => [], "provisions" => [], "settings" => {}, "providers" => {} }
  end

  def vm = self

  def hostname=(value)
    @said["hostname"] = value
  end

  def box=(value)
    @said["box"] = value
  end

  def network(kind, **options)
    @said["networks"] << { "kind" => kind, **options.transform_keys(&:to_s) }
  end

  def provision(kind, **options)
    @said["provisions"] << { "kind" => kind, **options.transform_keys(&:to_s) }
  end

  def synced_folder(from, to, **options)
    @said["synced"] = [from, to, options.fetch(:type)]
  end

  def provider(name)
    yield(settings = Struct.new(:memory, :cpus).new)
    @said["providers"][name] = settings.to_h
  end
end

class Whole < Node
  def define(name, primary: false)
    yield(node = Node.new)
    (@said["machines"] ||= {})[name] = node.said.merge("primary" => primary)
  end
end

module Vagrant
  def self.configure(_version)
    yield(whole = Whole.new)
    puts JSON.generate(whole.said)
  end
end

load ARGV.fetch(0)
