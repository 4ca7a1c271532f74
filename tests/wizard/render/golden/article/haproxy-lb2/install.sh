#!/bin/sh
# Installs the files of this folder on the load balancer that they are for. Written by halb-wizard.
set -eu

node=haproxy-lb2
addresses=192.168.2.142
interface=ens160
# NAME=ADDRESS of the other load balancers.
peers=haproxy-lb1=192.168.2.141
# Whether the VIP is meant to come here, as soon as this load balancer is well.
is_first=''
vips=192.168.2.140
port=6443
# Where haproxy is going to listen, and the API servers that it has.
listens='any:6443 127.0.0.1:8405'
health_port=8405
servers='192.168.2.151:6443 192.168.2.152:6443 192.168.2.153:6443'
files='etc/haproxy/haproxy.cfg etc/keepalived/check-haproxy etc/keepalived/keepalived.conf etc/systemd/system/keepalived.service.d/halb.conf'
sysctl_file=''
check_script=/etc/keepalived/check-haproxy

root='' dry_run='' force='' from='' backup='' scratch='' failed='' changes='' touched='' owners='' again=''
workers=''
api='' answered=''
# What this run is in the middle of: keeping, changing, restoring, or nothing.
phase=''

usage() {
    cat <<'END'
usage: sh install.sh [--dry-run] [--force] [--root DIR]
       sh install.sh --rollback BACKUP [--dry-run] [--root DIR]

Run as root on the load balancer, in a copy of this folder. Checks first, says
what it changes, keeps what is there in /var/backups/halb-TIME, installs,
reloads one service at a time, and looks whether it serves. If it does not, or
is interrupted, it puts back the files that were there and the services too.

  --dry-run          check, and say what would be done
  --force            install although this seems to be another machine, something
                     else answers at the VIP, or this one alone serves
  --root DIR         install below DIR, for an image: nothing of this machine is
                     checked, and no service is started
  --rollback BACKUP  put back what an earlier run has kept in the folder BACKUP

Exit status: 0 done or nothing to do, 1 not done, 2 wrong usage.
END
}

# Nobody may be reading any more (a closed session): that is no reason to stop in the middle.
say() { note "$*" 2>/dev/null || :; }

complain() { note "install.sh: $*" >&2 2>/dev/null || :; }

# A line, whose loss would matter.
note() { printf '%s\n' "$*"; }

fail() {
    complain "$*"
    exit 1
}

misused() {
    complain "$*; 'sh install.sh --help' shows the options"
    exit 2
}

need() {
    command -v "$1" >/dev/null || fail "$1 is not installed; $2"
}

# --- what is asked of this machine

# The service manager.
service_active() { systemctl is-active --quiet "$1"; }
service_enabled() { systemctl is-enabled --quiet "$1" 2>/dev/null; }
service_enable() { systemctl --quiet enable "$1"; }
service_disable() { systemctl --quiet disable "$1"; }
service_reload() { systemctl reload "$1"; }
service_stop() { systemctl stop "$1"; }
# One that has failed too often is started all the same.
service_start() {
    systemctl reset-failed "$1" 2>/dev/null || :
    systemctl start "$1"
}
services_reread() { systemctl daemon-reload; }
service_pid() { systemctl show --property MainPID --value "$1" 2>/dev/null; }
# How many files it may have open; a number, `infinity`, or nothing where that is not known.
service_files() { systemctl show --property LimitNOFILE --value "$1" 2>/dev/null; }
service_log() { journalctl --unit "$1" --boot --output cat --no-pager --lines 300 2>/dev/null; }

# has_address ADDRESS [INTERFACE]
has_address() { ip -o addr show ${2:+dev "$2"} | grep -qF " $1/"; }

# An address as it stands in a URL.
in_url() {
    case $1 in
        *:*) printf '[%s]' "$1" ;;
        *) printf '%s' "$1" ;;
    esac
}

# What a page says: fetch PORT PATH, from this machine itself.
fetch() {
    if command -v curl >/dev/null; then
        curl -q --silent --max-time 2 --noproxy '*' "http://127.0.0.1:$1$2"
    elif command -v wget >/dev/null; then
        wget -q -t 1 -T 2 -O - "http://127.0.0.1:$1$2"
    else
        # shellcheck disable=SC2016  # bash is to read these, not this shell
        timeout 2 bash -c '
            exec 3<>"/dev/tcp/127.0.0.1/$1"
            printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3
            cat <&3
        ' fetch "$1" "$2"
    fi
}

# What an API server answers, a status or nothing: api_status ADDRESS PORT. bash alone has no TLS.
api_status() {
    url="https://$(in_url "$1"):$2/readyz" status=''
    if command -v curl >/dev/null; then
        status=$(curl -q --silent --insecure --http1.1 --max-time 2 --noproxy '*' --output /dev/null \
            --write-out '%{http_code}' "$url") || :
    elif command -v wget >/dev/null; then
        status=$(wget -q -S --no-check-certificate -t 1 -T 2 -O /dev/null "$url" 2>&1 | awk '/HTTP\// { print $2; exit }') || :
    else
        # shellcheck disable=SC2016  # bash is to read these, not this shell
        ! timeout 2 bash -c ': <>"/dev/tcp/$1/$2"' api_status "$1" "$2" 2>/dev/null || status='a connection'
    fi
    case $status in '' | 000) ;; *) printf '%s' "$status" ;; esac
}

# The hardware address behind an address of this network, if any: the kernel looks for it when something connects.
hardware_of() {
    ip neigh del "$1" dev "$interface" 2>/dev/null || :
    api_status "$1" "$port" >/dev/null
    ip neigh show to "$1" dev "$interface" | awk '{ for (i = 1; i < NF; i++) if ($i == "lladdr") print $(i + 1) }'
}

# Who has a VIP: `here`, the name of another load balancer, `nobody`, or a hardware address that is none of theirs.
owner_of() {
    if has_address "$1" "$interface"; then
        echo here
        return
    fi
    hardware=$(hardware_of "$1")
    if [ ! "$hardware" ]; then
        echo nobody
        return
    fi
    for peer in $peers; do
        if [ "$(hardware_of "${peer#*=}")" = "$hardware" ]; then
            echo "${peer%%=*}"
            return
        fi
    done
    echo "$hardware"
}

# The kind of system, as [[lb]] os in halb.toml calls it, by ID and ID_LIKE of os-release; nothing where none is known.
system_of() {
    # shellcheck disable=SC1090,SC2154  # os-release sets them
    for word in $(set +u && . "$1" && printf '%s ' "$ID" "$ID_LIKE"); do
        case $word in
debian) echo debian && return ;;
ubuntu) echo ubuntu && return ;;
rhel | fedora | centos) echo rhel && return ;;
suse | sles | opensuse) echo suse && return ;;
alpine) echo alpine && return ;;
        esac
    done
}

# Paths, sockets, logs and services differ between distributions.
check_system() {
    release=$root/etc/os-release
    [ ! "$force" ] || return 0
    if [ ! -r "$release" ]; then
        [ "$root" ] || fail "there is no $release, which says what this system is; --force installs the files of" \
            'Debian or Ubuntu' "all the same"
        return 0
    fi
    system=$(system_of "$release")
    case $system in
debian | ubuntu) ;;
        '') fail "this system is none that halb knows ($(sed -n 's/^ID=//p' "$release")); --force installs the files of" \
            'Debian or Ubuntu' "all the same" ;;
        *) fail "the files are for" 'Debian or Ubuntu'"; write os = \"$system\" for $node in halb.toml, and" \
            "render again" ;;
    esac
}

# Whether a release is older than another: older 2.2.9 2.4.
older() {
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

check_releases() {
    check_release haproxy 2.4 \
        "$(haproxy -v 2>&1 | sed -n 's/^HA-*Proxy version \([0-9.]*\).*/\1/p')"
    check_release keepalived 2.0.11 \
        "$(keepalived --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')"
}

check_release() {
    if [ ! "$3" ]; then
        say "this $1 does not say its release; the files need $2 or later"
    elif older "$3" "$2"; then
        fail "$1 $3 is older than $2, which the files need at least; nothing is changed"
    fi
}

# --- SELinux and the firewall: let in, and closed again

# What is opened or switched on beside files; in a trial (`trying`) it is said, else done and noted for the way back.
trying=''

# In a subshell.
what_is_opened() {
    trying=yes
    open_system
}

# opens WORDS COMMAND: whether to do it now.
opens() {
    [ ! "$trying" ] || say "$*"
    [ ! "$trying" ]
}

undo_by() { note "$*" >>"$backup/system"; }

open_system() {
    [ ! "$root" ] || return 0
    open_firewall
}

close_system() {
    if [ "$root" ] || [ ! -f "$from/system" ]; then return 0; fi
    while read -r line; do
        if [ "$dry_run" ]; then
            say "would run: $line"
        else
            # shellcheck disable=SC2086  # words without blanks, as undo_by has written them
            $line || complain "this failed: $line"
        fi
    done <"$from/system"
}

label() { :; }

has_firewalld() { command -v firewall-cmd >/dev/null && firewall-cmd --quiet --state 2>/dev/null; }

has_ufw() { command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; }

# Without VRRP from the others, each load balancer takes the VIP for itself.
open_firewall() {
    if has_firewalld; then
        zone=$(firewall-cmd --get-zone-of-interface="$interface" 2>/dev/null) || zone=$(firewall-cmd --get-default-zone)
        in_firewalld port "$port/tcp"
        in_firewalld protocol vrrp
    elif has_ufw; then
        in_ufw "$port/tcp"
        for peer in $peers; do in_ufw from "${peer#*=}" proto vrrp; done
    fi
}

# Allowed now, and after the next start.
in_firewalld() {
    for kept in '' --permanent; do
        # shellcheck disable=SC2086  # an option, or none
        if firewall-cmd --quiet $kept --zone="$zone" "--query-$1=$2"; then continue; fi
        opens "firewalld: $1 $2 is let into zone $zone${kept:+, also after the next start}" || continue
        # shellcheck disable=SC2086
        undo_by firewall-cmd --quiet $kept --zone="$zone" "--remove-$1=$2"
        # shellcheck disable=SC2086
        firewall-cmd --quiet $kept --zone="$zone" "--add-$1=$2"
    done
}

# ufw knows by itself what is there already; --dry-run prints the rules that there would be.
in_ufw() {
    said=$(LC_ALL=C ufw --dry-run allow "$@" 2>&1) || :
    case $said in
        *Skipping*) return 0 ;;
        *ERROR*)
            [ ! "$trying" ] || lacks_in_ufw "$@"  # once in a run, and in each
            return 0 ;;
    esac
    opens "ufw: allow $*" || return 0
    said=$(LC_ALL=C ufw allow "$@" 2>&1) || {
        lacks_in_ufw "$@"
        return 0
    }
    case $said in *Skipping*) ;; *) undo_by ufw delete allow "$@" ;; esac
}

# An old ufw does not know VRRP, but the file that it reads before its own rules may let it in.
lacks_in_ufw() {
    ! grep -qsE -e '^-A .*-p (vrrp|112) .*ACCEPT' /etc/ufw/before.rules || return 0
    complain "ufw does not take 'allow $*' ($said); let it in by a line in /etc/ufw/before.rules, above COMMIT, and" \
        "'ufw reload': -A ufw-before-input -p vrrp -j ACCEPT"
}

# A rule set of one's own is left alone: only its owner knows where a rule belongs.
check_rules() {
    if has_firewalld || has_ufw; then return 0; fi
    rules=$(nft list ruleset 2>/dev/null || :)
    chain=$(printf '%s\n' "$rules" |
        awk '/^table /{ table = $2 " " $3 } /^\tchain /{ chain = $2 } /hook input.*policy drop/{ print table, chain; exit }')
    if [ "$chain" ]; then
        printf '%s\n' "$rules" | grep -qE 'vrrp|protocol 112' ||
            complain "nftables drops what no rule lets in, and no rule speaks of VRRP; let it and port $port in, here and" \
                "in the file that makes the rules:" \
                "nft insert rule $chain meta l4proto 112 accept; nft insert rule $chain tcp dport $port accept"
    elif iptables -S INPUT 2>/dev/null | grep -q '^-P INPUT DROP'; then
        iptables -S 2>/dev/null | grep -qE -e '-p (vrrp|112)' ||
            complain "iptables drops what no rule lets in, and no rule speaks of VRRP; let it and port $port in:" \
                "iptables -I INPUT -p vrrp -j ACCEPT; iptables -I INPUT -p tcp --dport $port -j ACCEPT"
    fi
}

# --- checks, before anything is changed

is_this_machine() {
    host=$(uname -n)
    case $host in "$node" | "${node%%.*}") return 0 ;; esac
    case ${host%%.*} in "$node") return 0 ;; esac
    for address in $addresses; do
        ! has_address "$address" || return 0
    done
    return 1
}

check_machine() {
    need ip 'install the package iproute2 (iproute)'
    [ ! "$sysctl_file" ] || need sysctl 'install the package procps'
    if [ ! "$force" ] && ! is_this_machine; then
        fail "this is $(uname -n), and the files are for $node ($addresses); --force installs them all the same"
    fi
    [ -d "/sys/class/net/$interface" ] || ip link show dev "$interface" >/dev/null 2>&1 ||
        fail "there is no interface $interface; 'ip -br link' shows the names, and [[lb]] in halb.toml has to name it"
    for address in $addresses; do
        [ "$force" ] || has_address "$address" "$interface" ||
            fail "$interface does not have the address $address, without which keepalived never takes the VIP"
    done
}

# Nobody else may listen where haproxy is going to: ADDRESS:PORT, or any:PORT.
check_ports() {
    if ! command -v ss >/dev/null; then
        say "without the program ss it is not known whether the ports of haproxy are free"
        return 0
    fi
    for place in $listens; do
        ss -Hltnp "sport = :${place##*:}" | listener_at "${place%:*}" >"$scratch/listener"
        if [ -s "$scratch/listener" ]; then
            fail "port ${place##*:} is taken by $(cat "$scratch/listener"); stop it, or choose another port in halb.toml"
        fi
    done
}

# Who, other than haproxy, has an address or all of them, from the lines of ss.
listener_at() {
    awk -v wanted="$1" '{
        address = $4
        sub(/:[0-9]+$/, "", address)
        sub(/%.*$/, "", address)
        gsub(/[][]/, "", address)
        any = address == "*" || address == "0.0.0.0" || address == "::"
        if ($0 ~ /"haproxy"/ || (wanted != "any" && !any && address != wanted)) next
        name = "another program"
        if (match($0, /"[^"]+",pid=[0-9]+/)) {
            name = substr($0, RSTART + 1, RLENGTH - 1)
            sub(/",pid=/, " (process ", name)
            name = name ")"
        }
        print name " at " $4
        exit
    }'
}

# A stranger at the VIP would go on answering there. `owners` is who has which VIP before anything is changed.
check_vip() {
    owners=''
    for vip in $vips; do
        owner=$(owner_of "$vip")
        owners="$owners $vip=$owner"
        case $owner in
            here) say "$vip is on this load balancer now${peers:+: install the others first, if they are not yet}" ;;
            nobody) ;;
            *:*)
                [ "$force" ] ||
                    fail "$vip is in use: $owner answers there, which is none of the load balancers; --force goes on"
                ;;
            *) say "$vip is on $owner now" ;;
        esac
    done
}

# One at a time: while the one with the VIP is worked on, another one has to be there for it. Where the VIP does not
# answer yet, nobody loses anything.
check_peers() {
    [ "$peers" ] && [ "$changes" ] || return 0
    # haproxy on the VIP alone does not answer at the other machines' own addresses.
    case $listens in any:*) ;; *) return 0 ;; esac
    mine=''
    for vip in $vips; do
        case " $owners " in *" $vip=here "*) ;; *) continue ;; esac
        case " $answered " in *" $vip "*) mine=$vip ;; esac
    done
    [ "$mine" ] || return 0
    for peer in $peers; do
        [ ! "$(api_status "${peer#*=}" "$port")" ] || return 0
    done
    [ ! "$force" ] || return 0
    fail "$mine is here, and no other load balancer answers at port $port ($peers): nobody would serve if this one did" \
        "not come back; install or mend another one first; where there is none, --force goes on"
}

check_tools() {
    need haproxy ''"'"'apt-get install haproxy keepalived'"'"' gets it'
    need keepalived ''"'"'apt-get install haproxy keepalived'"'"' gets it'
    need systemctl 'it starts the services'
    command -v curl >/dev/null || command -v wget >/dev/null || command -v bash >/dev/null ||
        fail "check-haproxy needs curl, wget or bash; install the package curl"
}

# haproxy -c does not look at this, and then haproxy does not start (measured with 2.6.12: "Cannot raise FD limit"). It
# wants two files for each connection and some for itself.
check_limits() {
    connections=$(awk '$1 ~ /^(defaults|frontend|backend|listen)$/ { exit } $1 == "maxconn" { n = $2 } END { print n }' \
        etc/haproxy/haproxy.cfg)
    [ "$connections" ] || return 0
    wanted=$((2 * connections + 100))
    # shellcheck disable=SC3045  # dash, bash and busybox have these options
    ! (ulimit -n "$wanted") 2>/dev/null || return 0 # root may raise its limits, and so may haproxy
    allowed=$(service_files haproxy)
    # shellcheck disable=SC3045
    case $allowed in
        infinity) return 0 ;;
        '' | *[!0-9]*) allowed=$(ulimit -H -n) ;;
    esac
    [ "$allowed" -lt "$wanted" ] || return 0
    room=$(((allowed - 100) / 2 - 1000)) # what is left for clients
    advice=''
    [ "$room" -le 0 ] || advice="write 'maxconn = $room' under [haproxy] in halb.toml and render again, or "
    fail "haproxy would not start: maxconn $connections needs $wanted open files, and this machine allows $allowed;" \
        "${advice}raise the limit (LimitNOFILE of haproxy.service, the limits of the container, fs.nr_open)"
}

# keepalived looks at the script too: it must stand where only root can write.
check_files() {
    haproxy -c -q -f etc/haproxy/haproxy.cfg || fail "haproxy refuses etc/haproxy/haproxy.cfg; nothing is changed"
    if ! keepalived --help 2>&1 | grep -q -e --config-test; then
        say "this keepalived can't test its file; going on"
        return
    fi
    cp ".$check_script" "$scratch/"
    chmod 755 "$scratch/check-haproxy"
    (umask 077 && sed "s|$check_script|$scratch/check-haproxy|" etc/keepalived/keepalived.conf \
        >"$scratch/keepalived.conf")
    keepalived -t -f "$scratch/keepalived.conf" ||
        fail "keepalived refuses etc/keepalived/keepalived.conf; nothing is changed"
    rm "$scratch/keepalived.conf" # it may have a password
}

# What stands where a file belongs has to be a file, or nothing.
check_places() {
    for file in $files; do
        place=$root/$file
        if [ -e "$place" ] && [ ! -f "$place" ]; then
            fail "$place is there and is not a file; move it away"
        elif [ -L "$place" ]; then
            say "$place is a link to $(readlink "$place"): the link is replaced, and what it leads to stays as it is"
        fi
    done
}

# --- files: kept, written, put back

there() { [ -e "$1" ] || [ -L "$1" ]; }

# A backup has, beside the files: `absent`, the files that were not there; `folders`, those that were made; `services`,
# which of them ran; and until all is done `unfinished`: first the phase, then a checksum of each file that was about to
# take its place. By it a later run knows that this one was killed, and that the backup has the state before both.
resume() {
    for old in "$root"/var/backups/halb-*; do
        was=keeping
        if [ -f "$old/unfinished" ]; then
            read -r was <"$old/unfinished" || was=keeping
        elif [ ! -d "$old" ] || [ -e "$old/absent" ]; then
            continue
        fi
        if [ "$was" = changing ]; then
            backup=$old
            break
        fi
        [ "$dry_run" ] || rm -r "$old" # nothing was changed yet
    done
    [ "$backup" ] || return 0
    for file in $files; do
        is_as_left "$file" || fail "$root/$file was changed after an earlier run was interrupted; go back with" \
            "'sh install.sh --rollback $backup', or keep what is there with 'rm $backup/unfinished'"
    done
    say "an earlier run was interrupted; its backup $backup, the state before it, is used again"
}

# Whether a file is what the interrupted run has kept or written.
is_as_left() {
    if [ -L "$backup/$1" ]; then
        [ "$(readlink "$backup/$1")" != "$(readlink "$root/$1" || :)" ] || return 0
    elif [ -f "$backup/$1" ]; then
        ! cmp -s "$backup/$1" "$root/$1" || return 0
    elif ! there "$root/$1" || ! grep -qxF "$1" "$backup/absent"; then
        return 0
    fi
    [ -f "$root/$1" ] && grep -qxF "$1 $(cksum <"$root/$1")" "$backup/unfinished"
}

# Whether a file is installed already, with a mode that will do: is_right FILE PLACE.
is_right() {
    if [ -L "$2" ] || ! cmp -s "$1" "$2"; then return 1; fi
    mode=$(stat -c %a "$2")
    case $1 in
        */keepalived.conf) case $mode in *[04]0) ;; *) return 1 ;; esac ;;
        */check-haproxy) [ "$mode" = 755 ] ;;
    esac
}

# Whether this run, or the interrupted one that it completes, changes a file.
is_changed() {
    is_right "$1" "${backup:-$root}/$1" || return 0
    return 1
}

# What is going to be changed; `changes` are those files.
compare() {
    changes=''
    for file in $files; do
        is_changed "$file" || continue
        changes="$changes $file"
        if is_right "$file" "$root/$file"; then
            say "written by the interrupted run: $root/$file"
        elif ! there "$root/$file"; then
            say "new: $root/$file"
        elif cmp -s "$file" "$root/$file"; then
            say "the same, with another mode: $root/$file"
        else
            added=$(diff "$root/$file" "$file" | grep -c '^>') || :
            removed=$(diff "$root/$file" "$file" | grep -c '^<') || :
            say "changed: $root/$file (+$added -$removed lines)"
        fi
    done
}

changes_any() {
    for name; do
        for file in $changes; do
            case $file in */"$name") return 0 ;; esac
        done
    done
    return 1
}

# Keep the files that are there, and the names of those that are not.
back_up() {
    if [ ! "$backup" ]; then
        backup=$root/var/backups/halb-$(date +%Y%m%d-%H%M%S)
        while [ -e "$backup" ]; do backup=$backup+; done
        mkdir -p "$root/var/backups"
        phase=keeping
        (umask 077 && mkdir "$backup" && note keeping >"$backup/unfinished" && : >"$backup/absent" &&
            : >"$backup/folders" && note_services >"$backup/services")
    fi
    for file in $files; do
        if there "$backup/$file" || grep -qxF "$file" "$backup/absent"; then
            continue
        elif there "$root/$file"; then
            (umask 077 && mkdir -p "$backup/${file%/*}")
            copy "$root/$file" "$backup/$file"
        else
            note "$file" >>"$backup/absent"
        fi
    done
    [ ! "$phase" ] || note changing >"$backup/unfinished"
    phase=changing
}

# With all that a file has beside its text: owner, mode, times, and ACLs and other attributes where cp knows them. A link
# is copied as a link.
copy() { cp -a "$1" "$2" 2>/dev/null || cp -pP "$1" "$2"; }

# Where a file is made before it takes its place; kubelet reads no manifest whose name begins with a dot.
new_name() { printf '%s/.%s.halb-new' "${1%/*}" "${1##*/}"; }

# A folder, and those above it, each noted before it is made.
make_folder() {
    [ ! -d "$1" ] || return 0
    make_folder "${1%/*}"
    note "${1#"$root"}" >>"$backup/folders"
    mkdir -m 755 "$1"
}

# One file, whole or not at all: put MODE SOURCE PLACE.
put() {
    make_folder "${3%/*}"
    new=$(new_name "$3")
    rm -f "$new"
    (umask 077 && cp "$2" "$new")
    if [ -f "$3" ] && [ ! -L "$3" ]; then
        # What others keep in it may be meant for few eyes: owner, mode and other attributes stay as they are.
        cp -a --attributes-only "$3" "$new" 2>/dev/null || chmod "$(stat -c %a "$3")" "$new"
        touch "$new"
    else
        chmod 644 "$new"
    fi
    case $1 in
        secret) chmod g-wx,o= "$new" ;;
        program)
            [ "$(id -u)" != 0 ] || chown 0:0 "$new"
            chmod 755 "$new"
            ;;
    esac
    note "${3#"$root"/} $(cksum <"$new")" >>"$backup/unfinished"
    mv -f "$new" "$3"
    label "$3"
}

# The files of these names that are not installed yet: put_files NAME ...
put_files() {
    for name; do
        for file in $files; do
            case $file in */"$name") ;; *) continue ;; esac
            ! is_right "$file" "$root/$file" || continue
            case $name in
                keepalived.conf) put secret "$file" "$root/$file" ;;
                check-haproxy) put program "$file" "$root/$file" ;;
                *) put plain "$file" "$root/$file" ;;
            esac
        done
    done
}

# Every file as the backup $from has it; `failed` are those that could not be put back.
put_back() {
    failed=''
    close_system
    for file in $files; do
        if there "$from/$file"; then
            restore "$from/$file" "$root/$file" || failed="$failed $root/$file"
        elif grep -qxF "$file" "$from/absent" && there "$root/$file"; then
            remove "$root/$file" || failed="$failed $root/$file"
        fi
        [ "$dry_run" ] || rm -f "$(new_name "$root/$file")"
    done
    if [ ! "$dry_run" ] && [ -f "$from/folders" ]; then
        sort -r "$from/folders" | while read -r folder; do rmdir "$root$folder" 2>/dev/null || :; done
    fi
    [ ! "$failed" ]
}

is_same() {
    if [ -L "$1" ] || [ -L "$2" ]; then return 1; fi
    cmp -s "$1" "$2" && [ "$(stat -c '%a %u %g' "$1")" = "$(stat -c '%a %u %g' "$2")" ]
}

remove() {
    if [ "$dry_run" ]; then say "would remove: $1"; else rm -f "$1"; fi
}

restore() {
    if [ "$dry_run" ]; then
        say "would put back: $2"
        return
    fi
    ! is_same "$1" "$2" || return 0
    new=$(new_name "$2")
    mkdir -p "${2%/*}" && rm -f "$new" && copy "$1" "$new" && mv -f "$new" "$2"
}

# --- services: one at a time

# How they are before anything is changed: a line for each, `NAME running|stopped enabled|disabled`.
note_services() {
    [ ! "$root" ] || return 0
    for service in haproxy keepalived; do
        running=stopped at_boot=disabled
        ! service_active "$service" || running=running
        ! service_enabled "$service" || at_boot=enabled
        note "$service $running $at_boot"
    done
}

are_running() {
    for service in haproxy keepalived; do
        if ! service_active "$service" || ! service_enabled "$service"; then return 1; fi
    done
}

# A reload breaks no connection and moves no VIP, and takes all that halb writes: measured with keepalived 2.2.7 for
# priorities, VIPs, peers, passwords, what is tracked, and nopreempt.
bring() {
    if service_active "$1"; then
        say "$1 is reloaded"
        service_reload "$1"
    else
        say "$1 is started"
        service_start "$1"
    fi
}

# With its files as they were, a service as it was; without a note of it, running.
bring_back() {
    how='running enabled'
    [ ! -f "$from/services" ] || how=$(sed -n "s/^$1 //p" "$from/services")
    case $how in
        running*)
            bring "$1" || service_start "$1"
            within 3 service_active "$1"
            ;;
        stopped*)
            say "$1 is stopped, as it was"
            service_stop "$1"
            ;;
    esac || return 1
    case $how in
        *enabled) service_enabled "$1" || service_enable "$1" ;;
        *disabled) ! service_enabled "$1" || service_disable "$1" ;;
    esac
}

# haproxy first: keepalived's check asks it, at the port that haproxy has then.
install_haproxy() {
    put_files 90-halb.conf
    [ ! "$sysctl_file" ] || sysctl -q -p "/$sysctl_file"
    put_files haproxy.cfg
    open_system
    if changes_any haproxy.cfg 90-halb.conf || ! service_active haproxy; then
        touched=haproxy
        workers=$(workers_of_haproxy)
        bring haproxy || fail "haproxy does not start: $(last_words haproxy)"
    fi
    put_files check-haproxy
    check_haproxy
    service_enabled haproxy || service_enable haproxy
}

install_keepalived() {
    put_files keepalived.conf halb.conf
    if changes_any halb.conf; then services_reread; fi
    if changes_any keepalived.conf || ! service_active keepalived; then
        touched='haproxy keepalived'
        bring keepalived || fail "keepalived does not start: $(last_words keepalived)"
    fi
    service_enabled keepalived || service_enable keepalived
    check_keepalived
}

# What a service said last that tells of trouble, or just what it said last.
last_words() {
    service_log "$1" | tail -n 50 >"$scratch/log"
    words=$(grep -i -e fault -e fail -e error -e cannot -e alert "$scratch/log" | tail -n 2 | tr '\n' ' ')
    [ "$words" ] || words=$(tail -n 2 "$scratch/log" | tr '\n' ' ')
    printf '%s' "${words:-it has said nothing}"
}

# The services that this run has touched, with the files of the backup $from.
restore_services() {
    [ ! "$root" ] || return 0
    ! there "$from/etc/systemd" && ! grep -q '^etc/systemd/' "$from/absent" || services_reread || return 1
    for service in $touched; do
        bring_back "$service" || return 1
    done
}

# --- afterwards: does it serve?

# The processes that haproxy's master has started, old and new ones.
workers_of_haproxy() {
    master=$(service_pid haproxy)
    [ "${master:-0}" = 0 ] || cat "/proc/$master/task/$master/children" 2>/dev/null || :
}

# A reload that fails leaves the old worker, which goes on as if nothing had been.
has_new_worker() {
    for worker in $(workers_of_haproxy); do
        case " $workers " in *" $worker "*) ;; *) return 0 ;; esac
    done
    return 1
}

# Wait for a command to succeed: within SECONDS COMMAND ...
within() {
    left=$1
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 1
    done
}

# Each server as haproxy sees it, `NAME UP|DOWN WHY`; fails while it has not made up its mind.
servers_are_known() {
    fetch "$health_port" '/stats;csv' | awk -F , '
        /^# / { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $1 != "kube-apiservers" || $2 == "BACKEND" { next }
        {
            found = 1
            why = $column["check_status"]
            if (!sub(/^\* /, "", why)) why = why " " $column["check_code"] # with "* " it is being asked again just now
            if ($column["status"] ~ "/" || why ~ /INI/) unsure = 1 # on its way up or down, or not asked yet
            print $2, $column["status"], why
        }
        END { exit !found || unsure }' >"$scratch/servers"
}

check_haproxy() {
    say "waiting for haproxy to check the API servers"
    within 5 service_active haproxy || fail "haproxy does not run: $(last_words haproxy)"
    if [ "$workers" ]; then
        if ! within 5 has_new_worker || ! { sleep 1 && has_new_worker; }; then
            fail "haproxy has not taken the new file: $(last_words haproxy)"
        fi
    fi
    within 30 servers_are_known ||
        fail "haproxy does not say how the API servers are (http://127.0.0.1:$health_port/stats): $(last_words haproxy)"
    api=''
    for server in $servers; do
        status=$(api_status "${server%:*}" "${server##*:}")
        [ ! "$status" ] || api="$api $server answers $status,"
    done
    if grep -q ' UP ' "$scratch/servers"; then
        within 3 "$check_script" || fail "$check_script fails, although API servers are up"
    elif [ "$api" ]; then
        advice=''
        case $api in *' answers 401'* | *' answers 403'*) advice="; write 'check = \"readyz-401\"' under [haproxy] in halb.toml and render again" ;; esac
        fail "haproxy counts every API server as down ($(paste -s -d , "$scratch/servers")), but${api%,}$advice"
    else
        say "no API server answers yet; check-haproxy fails until one does"
    fi
}

# The state of this node in the election, as keepalived's log has it: MASTER, BACKUP, FAULT.
vrrp_state() { service_log keepalived | sed -n 's/.*Entering \([A-Z]*\) STATE.*/\1/p' | tail -n 1; }

# A VIP that comes here from another load balancer may be there still: with another password, router or list of
# addresses they don't hear one another until all are installed.
say_moved() {
    [ "$owner" = here ] && [ ! "$is_first" ] || return 0
    case " $owners " in *" $1=here "* | *" $1=nobody "*) return 0 ;; esac
    say "$1 has come here; as long as the other load balancers have other files, they may have it too: install them now"
}

is_owned() {
    owner=$(owner_of "$1")
    case $owner in nobody) return 1 ;; *:*) [ "$force" ] ;; esac
}

answers() { [ "$(api_status "$1" "$port")" ]; }

check_keepalived() {
    say "waiting for the VIP"
    if ! within 5 service_active keepalived || ! { sleep 1 && service_active keepalived; }; then
        fail "keepalived does not run: $(last_words keepalived)"
    fi
    # A node that does not hear the others takes the VIP when its down interval is over, and not before.
    case $touched in *keepalived*) sleep 5 ;; esac
    state=$(vrrp_state)
    if [ "$api" ] && [ "$state" = FAULT ]; then
        fail "keepalived is in state FAULT and never takes the VIP: $(last_words keepalived)"
    fi
    for vip in $vips; do
        if within 10 is_owned "$vip"; then
            state=$(vrrp_state)
            say "$vip is $([ "$owner" = here ] && echo "on this load balancer" || echo "on $owner")${state:+, keepalived here is in state $state}"
            say_moved "$vip"
        elif [ "$api" ]; then
            fail "nobody has $vip${state:+, keepalived here is in state $state}: $(last_words keepalived)"
        else
            say "nobody has $vip yet"
            continue
        fi
        [ "$api" ] || continue
        case " $answered " in
            *" $vip "*) ;;
            *) [ "$owner" = here ] || continue ;; # another one has it, and it did not answer before
        esac
        within 5 answers "$vip" || fail "nothing answers at $vip port $port"
        say "$vip answers"
    done
}

# The VIPs that answer before anything is changed.
note_answers() {
    answered=''
    for vip in $vips; do
        ! answers "$vip" || answered="$answered $vip"
    done
}

# --- the run

# However the run ends, nothing of it stays and no file is half installed. A signal that comes before the second line
# starts this again.
end() {
    status=${1:-$?}
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    [ ! "$scratch" ] || rm -rf "$scratch"
    [ ! "$dry_run" ] || exit "$status"
    case $phase in
        keeping) rm -rf "$backup" && complain "stopped before anything was changed" ;;
        changing) undo ;;
        restoring) complain "stopped before all files were back; run it again" ;;
    esac
    exit "$status"
}

undo() {
    from=$backup
    if ! put_back; then
        complain "stopped, and could not put back:$failed; to try it again: $again"
    elif ! restore_services; then
        complain "stopped; the files that were there are back, but a service does not run: see" \
            ''"'"'systemctl status haproxy keepalived'"'"''
    else
        rm -f "$backup/unfinished" && rm -rf "$backup"
        if [ "$touched" ]; then
            complain "the files that were there are back, and so are the services: $touched"
        else
            complain "stopped; the files that were there are back, and nothing is changed"
        fi
    fi
}

roll_back() {
    [ -f "$from/absent" ] || fail "$from is no backup of this script; 'ls -d /var/backups/halb-*' shows them"
    phase=restoring
    put_back || fail "could not put back:$failed; the others are back"
    phase=''
    [ ! "$dry_run" ] || return 0
    rm -f "$from/unfinished"
    if [ ! "$root" ]; then
        touched='haproxy keepalived'
        restore_services || fail "the old files are back, but a service did not start: see" ''"'"'systemctl status haproxy keepalived'"'"''
    fi
    say "the files from $from are back"
}

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry_run=yes ;;
        --force) force=yes ;;
        --root | --rollback)
            [ $# -ge 2 ] || misused "$1 wants a folder"
            [ -d "$2" ] || fail "there is no folder $2"
            folder=$(cd -- "$2" && pwd)
            if [ "$1" = --root ]; then root=${folder%/}; else from=$folder; fi
            shift
            ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) misused "unknown option $1" ;;
    esac
    shift
done

trap end EXIT
trap 'end 129' HUP
trap 'end 130' INT
trap 'end 143' TERM
trap '' PIPE
cd -- "$(dirname -- "$0")"
[ "$root" ] || [ "$(id -u)" = 0 ] || fail "run this as root"

if [ "$from" ]; then
    roll_back
    exit 0
fi

for file in $files; do
    [ -f "$file" ] || fail "$file is missing in $(pwd); copy the whole folder"
done
check_system
if [ ! "$root" ]; then
    check_machine
    scratch=$(mktemp -d /run/halb-install.XXXXXX)
    check_tools
    check_releases
    check_limits
    check_files
    check_ports
fi
check_places
resume
compare
opening=$(what_is_opened)
[ ! "$opening" ] || say "$opening"
if [ ! "$changes$opening" ] && [ ! "$backup" ] && { [ "$root" ] || are_running; }; then
    say "nothing to do: all files of $node are installed, and both services run"
    exit 0
fi
if [ ! "$root" ]; then
    check_vip
    check_rules
    note_answers
    check_peers
fi
if [ "$dry_run" ]; then
    say "nothing is changed; without --dry-run this would be done"
    exit 0
fi
back_up
again="sh $(pwd)/install.sh${root:+ --root $root} --rollback $backup"
if [ "$root" ]; then
    put_files 90-halb.conf haproxy.cfg check-haproxy keepalived.conf halb.conf
else
    install_haproxy
    install_keepalived
fi
rm -f "$backup/unfinished"
phase=''
say "installed on $node; to go back: $again"
