#!/bin/sh
# Installs the files of this folder on the load balancer that they are for. Written by halb-wizard.
set -eu

node=haproxy-lb2
addresses=192.168.2.142
interface=ens160
files='etc/haproxy/haproxy.cfg etc/keepalived/check-haproxy etc/keepalived/keepalived.conf'
sysctl_file=''
check_script=etc/keepalived/check-haproxy
port=6443
others=192.168.2.141

root='' dry_run='' force='' from='' backup='' scratch='' failed=''
# What this run is in the middle of: keeping, changing, starting, restoring, or nothing.
phase=''

usage() {
    cat <<'END'
usage: sh install.sh [--dry-run] [--force] [--root DIR]
       sh install.sh --rollback BACKUP [--dry-run] [--root DIR]

Run as root on the load balancer, in a copy of this folder. Checks first, keeps
what is there in /var/backups/halb-TIME, installs, restarts. Interrupted before
all files are in place, it puts back those that were there.

  --dry-run          check, and say what would be done
  --force            install although this seems to be another machine
  --root DIR         install below DIR, for an image: nothing of this machine is
                     checked, and no service is started
  --rollback BACKUP  put back what an earlier run has kept in the folder BACKUP

Exit status: 0 done, 1 not done, 2 wrong usage.
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

# Do it, or in a dry run say so.
run() {
    if [ "$dry_run" ]; then say "would run: $*"; else "$@"; fi
}

need() {
    command -v "$1" >/dev/null || fail "$1 is not installed; $2"
}

is_this_machine() {
    host=$(uname -n)
    case $host in "$node" | "${node%%.*}") return 0 ;; esac
    case ${host%%.*} in "$node") return 0 ;; esac
    for address in $addresses; do
        ip -o addr show | grep -qF " $address/" && return 0
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
        [ "$force" ] || ip -o addr show dev "$interface" | grep -qF " $address/" ||
            fail "$interface does not have the address $address, without which keepalived never takes the VIP"
    done
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

check_tools() {
    need haproxy ''"'"'apt-get install haproxy keepalived'"'"' gets it'
    need keepalived ''"'"'apt-get install haproxy keepalived'"'"' gets it'
    need systemctl 'it starts the services'
    command -v curl >/dev/null || command -v wget >/dev/null || command -v bash >/dev/null ||
        fail "check-haproxy needs curl, wget or bash; install the package curl"
}

# keepalived looks at the script too: it must stand where only root can write.
check_files() {
    haproxy -c -q -f etc/haproxy/haproxy.cfg || fail "haproxy refuses etc/haproxy/haproxy.cfg; nothing is changed"
    if ! keepalived --help 2>&1 | grep -q -e --config-test; then
        say "this keepalived can't test its file; going on"
        return
    fi
    scratch=/run/halb-install
    rm -rf "$scratch"
    mkdir -m 755 "$scratch"
    cp "$check_script" "$scratch/"
    chmod 755 "$scratch/check-haproxy"
    (umask 077 && sed "s|/$check_script|$scratch/check-haproxy|" etc/keepalived/keepalived.conf \
        >"$scratch/keepalived.conf")
    keepalived -t -f "$scratch/keepalived.conf" ||
        fail "keepalived refuses etc/keepalived/keepalived.conf; nothing is changed"
    rm -r "$scratch"
    scratch=''
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

there() { [ -e "$1" ] || [ -L "$1" ]; }

# A backup has, beside the files: `absent`, the files that were not there; `folders`, those that were made; and until
# all is done `unfinished`: first the phase, then a checksum of each file that was about to take its place. By it a later
# run knows that this one was killed, and that the backup has the state before both.
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

# Keep the files that are there, and the names of those that are not.
back_up() {
    if [ ! "$backup" ]; then
        backup=$root/var/backups/halb-$(date +%Y%m%d-%H%M%S)
        while [ -e "$backup" ]; do backup=$backup+; done
    fi
    if [ "$dry_run" ]; then
        for file in $files; do
            there "$backup/$file" || ! there "$root/$file" || say "would keep: $root/$file in $backup"
        done
        return
    fi
    if [ ! -d "$backup" ]; then
        mkdir -p "$root/var/backups"
        phase=keeping
        (umask 077 && mkdir "$backup" && note keeping >"$backup/unfinished" && : >"$backup/absent" && : >"$backup/folders")
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
    if [ "$dry_run" ]; then
        say "would write: $3"
        return
    fi
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
}

put_all() {
    for file in $files; do
        case $file in
            */keepalived.conf) put secret "$file" "$root/$file" ;;
            */check-haproxy) put program "$file" "$root/$file" ;;
            *) put plain "$file" "$root/$file" ;;
        esac
    done
}

# What is changed beside files: a note for the way back, one command a line.
undo_by() { [ "$dry_run" ] || note "$*" >>"$backup/system"; }

open_system() {
    [ ! "$root" ] || return 0
    open_firewall
}

close_system() {
    [ ! "$root" ] && [ -f "$from/system" ] || return 0
    while read -r line; do
        # shellcheck disable=SC2086  # words without blanks, as undo_by has written them
        run $line || complain "this failed: $line"
    done <"$from/system"
}

# Without VRRP from the others, each load balancer takes the VIP for itself.
open_firewall() {
    if command -v firewall-cmd >/dev/null && firewall-cmd --quiet --state 2>/dev/null; then
        zone=$(firewall-cmd --get-zone-of-interface="$interface" 2>/dev/null) || zone=$(firewall-cmd --get-default-zone)
        in_firewalld port "$port/tcp"
        in_firewalld protocol vrrp
    elif command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; then
        in_ufw "$port/tcp"
        for address in $others; do in_ufw from "$address" proto vrrp; done
    else
        look_at_rules
    fi
}

# Allowed now, and after the next start.
in_firewalld() {
    for kept in '' --permanent; do
        # shellcheck disable=SC2086  # an option, or none
        if firewall-cmd --quiet $kept --zone="$zone" "--query-$1=$2"; then continue; fi
        say "firewalld lets $1 $2 into zone $zone${kept:+, also after the next start}"
        # shellcheck disable=SC2086
        run firewall-cmd --quiet $kept --zone="$zone" "--add-$1=$2"
        # shellcheck disable=SC2086
        undo_by firewall-cmd --quiet $kept --zone="$zone" "--remove-$1=$2"
    done
}

in_ufw() {
    if [ "$dry_run" ]; then
        run ufw allow "$@"
        return
    fi
    said=$(LC_ALL=C ufw allow "$@" 2>&1) || {
        complain "ufw does not take 'allow $*' ($said); let it in by a line in /etc/ufw/before.rules, above COMMIT, and" \
            "'ufw reload': -A ufw-before-input -p vrrp -j ACCEPT"
        return
    }
    case $said in
        *Skipping*) ;;
        *)
            say "ufw: allow $*"
            undo_by ufw delete allow "$@"
            ;;
    esac
}

# A rule set of one's own is left alone: only its owner knows where a rule belongs.
look_at_rules() {
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

enable_services() { run systemctl enable haproxy keepalived; }

restart_service() { run systemctl restart "$1"; }

start() {
    [ ! "$root" ] || return 0
    if [ "$sysctl_file" ] && [ -e "/$sysctl_file" ]; then run sysctl -q -p "/$sysctl_file" || return 1; fi
    # haproxy first: keepalived's check asks it.
    enable_services && restart_service haproxy && restart_service keepalived
}

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
        starting)
            rm -f "$backup/unfinished"
            complain "stopped: the files are installed, but the services may not be restarted; to go back: $again"
            ;;
        restoring) complain "stopped before all files were back; run it again" ;;
    esac
    exit "$status"
}

undo() {
    from=$backup
    if put_back; then
        rm -f "$backup/unfinished" && rm -rf "$backup"
        complain "stopped; the files that were there are back, and nothing is changed"
    else
        complain "stopped, and could not put back:$failed; to try it again: $again"
    fi
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
    [ -f "$from/absent" ] || fail "$from is no backup of this script; 'ls -d /var/backups/halb-*' shows them"
    phase=restoring
    put_back || fail "could not put back:$failed; the others are back"
    phase=''
    [ "$dry_run" ] || rm -f "$from/unfinished"
    start || fail "the old files are back, but a service did not start: see above, and 'journalctl -u haproxy'"
    [ "$dry_run" ] || say "the files from $from are back"
    exit 0
fi

for file in $files; do
    [ -f "$file" ] || fail "$file is missing in $(pwd); copy the whole folder"
done
check_system
if [ ! "$root" ]; then
    check_machine
    check_tools
    check_releases
    check_files
fi
check_places
resume
back_up
again="sh $(pwd)/install.sh${root:+ --root $root} --rollback $backup"
put_all
open_system
[ "$dry_run" ] || phase=starting
start || {
    rm -f "$backup/unfinished"
    phase=''
    fail "installed, but a service did not start: see above, and 'journalctl -u haproxy -u keepalived'; back: $again"
}
[ "$dry_run" ] || rm -f "$backup/unfinished"
phase=''
if [ "$dry_run" ]; then
    say "nothing is changed; without --dry-run this would be done"
else
    say "installed on $node; to go back: $again"
fi
