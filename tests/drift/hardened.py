"""A device of each platform that keeps every rule of Trimtab's own packs."""

SECRET = "<secret:0123456789ab>"

HARDENED = {
    "cisco_ios": f"""\
no service pad
service tcp-keepalives-in
service tcp-keepalives-out
service timestamps debug datetime msec
service timestamps log datetime msec
service password-encryption
!
hostname edge-1
!
logging buffered 64000 informational
logging console critical
enable secret 9 {SECRET}
!
aaa new-model
aaa authentication login default group tacacs+ local
aaa authentication enable default group tacacs+ enable
aaa accounting exec default start-stop group tacacs+
aaa accounting commands 15 default start-stop group tacacs+
aaa accounting system default start-stop group tacacs+
!
no ip source-route
no ip bootp server
ip domain name example.net
username helper secret 9 {SECRET}
!
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
!
interface GigabitEthernet0/0
 ip address 198.51.100.1 255.255.255.0
 no ip proxy-arp
!
no ip http server
ip ssh time-out 60
ip ssh authentication-retries 2
ip ssh version 2
!
logging trap informational
logging source-interface Loopback0
logging host 192.0.2.9
no cdp run
!
snmp-server group OPS v3 priv
snmp-server community {SECRET} RO 10
snmp-server enable traps snmp authentication linkdown linkup
snmp-server host 192.0.2.9 version 3 priv ops
!
banner exec ^C
aaa is watched here
^C
banner login ^C
Operators only.
no logging on
^C
banner motd ^CWelcome^C
!
line con 0
 exec-timeout 5 0
line aux 0
 no exec
 transport input none
line vty 0 4
 access-class OPERATORS in vrf-also
 exec-timeout 9 30
 transport input ssh
!
ntp authentication-key 1 md5 {SECRET} 7
ntp authenticate
ntp trusted-key 1
ntp server 192.0.2.1 key 1
end
""",
    "arista_eos": f"""\
logging host 192.0.2.9
!
hostname leaf-1
!
ntp authentication-key 1 sha1 7 {SECRET}
ntp trusted-key 1
ntp authenticate
ntp server 192.0.2.1 iburst key 1
!
snmp-server community {SECRET} ro OPERATORS
snmp-server group OPS v3 priv
!
aaa authentication login default group tacacs+ local
aaa authentication policy on-success log
aaa authentication policy on-failure log
aaa authorization commands all default group tacacs+ local
aaa accounting commands all default start-stop group tacacs+
!
enable password sha512 {SECRET}
username ops privilege 15 secret sha512 {SECRET}
!
banner login
Operators only.
username guest nopassword
EOF
!
management api http-commands
   no shutdown
!
management console
   idle-timeout 10
!
management ssh
   idle-timeout 10
   ip access-group OPERATORS in
!
end
""",
    "juniper_junos": f"""\
system {{
    host-name core-1;
    authentication-order [ tacplus password ];
    root-authentication {{
        encrypted-password "{SECRET}"; ## SECRET-DATA
    }}
    login {{
        message "Operators only.";
        retry-options {{
            tries-before-disconnect 3;
        }}
        password {{
            format sha512;
        }}
        class ops {{
            idle-timeout 10;
        }}
    }}
    services {{
        ssh {{
            root-login deny;
            rate-limit 4;
        }}
        inactive: telnet;
    }}
    syslog {{
        host 192.0.2.9 {{
            any notice;
        }}
        file commands {{
            interactive-commands any;
        }}
    }}
    accounting {{
        events [ login interactive-commands ];
    }}
    ntp {{
        server 192.0.2.1;
    }}
}}
snmp {{
    community "{SECRET}" {{
        authorization read-only;
        clients {{
            192.0.2.0/24;
            0.0.0.0/0 restrict;
        }}
    }}
}}
""",
    "linux": """\
[file /etc/ssh/sshd_config]
 # PermitRootLogin yes
 PermitRootLogin no
 PermitEmptyPasswords no
 MaxAuthTries 3
 X11Forwarding no
 LogLevel VERBOSE
[packages]
 openssh-server 1:9.2p1-2
 telnet 0.17
[services]
 ssh enabled
[sysctl]
 kernel.randomize_va_space = 2
 net.ipv4.conf.all.accept_redirects = 0
 net.ipv4.conf.all.accept_source_route = 0
 net.ipv4.icmp_echo_ignore_broadcasts = 1
 net.ipv4.tcp_syncookies = 1
[users]
 root uid=0 gid=0 home=/root shell=/bin/bash
 daemon uid=1 gid=1 home=/usr/sbin shell=/usr/sbin/nologin
 sync uid=4 gid=65534 home=/bin shell=/bin/sync
 olga uid=1000 gid=1000 home=/home/olga shell=/bin/bash
[listening]
 tcp 0.0.0.0:22
 tcp 127.0.0.1:21
""",
}
