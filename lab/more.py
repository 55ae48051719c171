"""Configurations of the platforms that a lab has only when asked for them. Pure."""

import textwrap

from lab import generate

PLATFORMS = ("cisco_nxos", "cisco_xr", "juniper_junos")
SHORT = {"cisco_nxos": "nxos", "cisco_xr": "xr", "juniper_junos": "junos"}
UPLINK = {
    "cisco_nxos": "Ethernet1/1", "cisco_xr": "GigabitEthernet0/0/0/0", "juniper_junos": "ge-0/0/0",
}  # fmt: skip


def hostname_of(platform: str, number: int) -> str:
    return f"{generate.site_of(0)}-{SHORT[platform]}{number:02d}"


def configuration(platform: str, number: int) -> str:
    """A device's configuration as its platform shows it, without header and end mark."""
    return (
        textwrap.dedent(TEXTS[platform])
        .lstrip()
        .format(hostname=hostname_of(platform, number), number=number, peer=generate.hostname_of(0))
    )


NXOS = """
    hostname {hostname}
    feature ospf
    feature interface-vlan
    feature lldp
    username admin password 5 $5$LABLABLA$abcdefghijklmnopqrstuvwxyz role network-admin
    ip domain-lookup
    snmp-server community lab-reader group network-operator
    ntp server 10.254.0.11 use-vrf default
    vlan 10
      name users
    interface Vlan10
      description users
      no shutdown
      ip address 10.210.{number}.1/24
    interface Ethernet1/1
      description to {peer}
      no switchport
      ip address 10.211.{number}.2/30
      ip ospf cost 10
    interface Ethernet1/2
      description user port 2
      switchport access vlan 10
    interface Ethernet1/3
      description unused
      shutdown
    interface loopback0
      description router id
      ip address 10.255.200.{number}/32
    line vty
      exec-timeout 10
    router ospf 1
      router-id 10.255.200.{number}
"""
XR = """
    hostname {hostname}
    username admin
     group root-lr
     secret 10 $6$LABLABLABLAB$abcdefghijklmnopqrstuvwxyz
    !
    ntp
     server 10.254.0.11
    !
    interface Loopback0
     description router id
     ipv4 address 10.255.201.{number} 255.255.255.255
    !
    interface GigabitEthernet0/0/0/0
     description to {peer}
     ipv4 address 10.212.{number}.2 255.255.255.252
    !
    interface GigabitEthernet0/0/0/1
     description unused
     shutdown
    !
    router ospf 1
     router-id 10.255.201.{number}
     area 0
      interface GigabitEthernet0/0/0/0
       cost 10
    !
    ssh server v2
"""
JUNOS = """
    system {{
        host-name {hostname};
        domain-name lab.example;
        root-authentication {{
            encrypted-password "$6$LABLAB$abcdefghijklmnopqrstuvwxyz";
        }}
        login {{
            user admin {{
                uid 2000;
                class super-user;
                authentication {{
                    encrypted-password "$6$LABLAB$zyxwvutsrqponmlkjihgfedcba";
                }}
            }}
        }}
        services {{
            ssh;
            netconf {{
                ssh;
            }}
        }}
        syslog {{
            host 10.254.0.1 {{
                any notice;
            }}
        }}
        ntp {{
            server 10.254.0.11;
        }}
    }}
    interfaces {{
        ge-0/0/0 {{
            description "to {peer}";
            unit 0 {{
                family inet {{
                    address 10.213.{number}.2/30;
                }}
            }}
        }}
        ge-0/0/1 {{
            description unused;
            disable;
        }}
        lo0 {{
            unit 0 {{
                family inet {{
                    address 10.255.202.{number}/32;
                }}
            }}
        }}
    }}
    snmp {{
        location site1;
        community lab-reader {{
            authorization read-only;
        }}
    }}
    routing-options {{
        router-id 10.255.202.{number};
        autonomous-system 65001;
    }}
    protocols {{
        lldp {{
            interface all;
        }}
        ospf {{
            area 0.0.0.0 {{
                interface ge-0/0/0.0 {{
                    metric 10;
                }}
            }}
        }}
    }}
"""
TEXTS = {"cisco_nxos": NXOS, "cisco_xr": XR, "juniper_junos": JUNOS}
