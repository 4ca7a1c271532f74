#!/bin/sh
# Installs the files of this folder on the load balancer that they are for. Written by halb-wizard.
set -eu

node=haproxy-lb2
addresses=192.168.2.142
interface=ens160
files='etc/haproxy/haproxy.cfg etc/keepalived/check-haproxy etc/keepalived/keepalived.conf'
sysctl_file=''

root='' dry_run='' force='' from='' backup='' scratch=''

usage() {
    cat <<'END'
usage: sh install.sh [--dry-run] [--force] [--root DIR]
       sh install.sh --rollback BACKUP [--dry-run] [--root DIR]

Run as root on the load balancer, in a copy of this folder. Checks first, keeps
what is there in /var/backups/halb-TIME, installs, restarts.

  --dry-run          check, and say what would be done
  --force            install although this seems to be another machine
  --root DIR         install below DIR, for an image: nothing of this machine is
                     checked, and no service is started
  --rollback BACKUP  put back what an earlier run has kept in the folder BACKUP

Exit status: 0 done, 1 not done, 2 wrong usage.
END
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

misused() {
    printf "install.sh: %s; 'sh install.sh --help' shows the options\n" "$*" >&2
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
    need ip 'install the package iproute2'
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

check_tools() {
    need haproxy 'install the package haproxy'
    need keepalived 'install the package keepalived'
    need systemctl 'services are started with systemd'
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
    scratch=$(mktemp -d /run/halb.XXXXXX)
    chmod 755 "$scratch"
    cp etc/keepalived/check-haproxy "$scratch/"
    chmod 755 "$scratch/check-haproxy"
    (umask 077 && sed "s|/etc/keepalived/check-haproxy|$scratch/check-haproxy|" etc/keepalived/keepalived.conf \
        >"$scratch/keepalived.conf")
    keepalived -t -f "$scratch/keepalived.conf" ||
        fail "keepalived refuses etc/keepalived/keepalived.conf; nothing is changed"
    rm -r "$scratch"
    scratch=''
}

# Keep the files that are there, and the names of those that are not.
back_up() {
    backup=$root/var/backups/halb-$(date +%Y%m%d-%H%M%S)
    while [ -e "$backup" ]; do backup=$backup+; done
    if [ "$dry_run" ]; then
        for file in $files; do
            [ ! -e "$root/$file" ] || say "would keep: $root/$file in $backup"
        done
        return
    fi
    mkdir -p "$root/var/backups"
    (umask 077 && mkdir "$backup" && : >"$backup/absent")
    for file in $files; do
        if [ -e "$root/$file" ]; then
            mkdir -p "$backup/${file%/*}"
            cp -p "$root/$file" "$backup/$file"
        else
            say "$file" >>"$backup/absent"
        fi
    done
}

# Where a file is made before it takes its place; kubelet reads no manifest whose name begins with a dot.
new_name() { printf '%s/.%s.halb-new' "${1%/*}" "${1##*/}"; }

# One file, whole or not at all.
put() {
    if [ "$dry_run" ]; then
        say "would write: $3"
        return
    fi
    mkdir -p "${3%/*}"
    new=$(new_name "$3")
    (umask 077 && cp "$2" "$new")
    [ "$(id -u)" != 0 ] || chown 0:0 "$new"
    chmod "$1" "$new"
    mv "$new" "$3"
}

mode_of() {
    if [ -e "$1" ]; then stat -c %a "$1"; else echo 644; fi
}

put_all() {
    for file in $files; do
        case $file in
            */keepalived.conf) put 640 "$file" "$root/$file" ;;
            */check-haproxy) put 755 "$file" "$root/$file" ;;
            # What others keep in it may be meant for few eyes: a file that is there keeps its mode.
            *) put "$(mode_of "$root/$file")" "$file" "$root/$file" ;;
        esac
    done
}

put_back() {
    [ -f "$from/absent" ] || fail "$from is no backup of this script; 'ls -d /var/backups/halb-*' shows them"
    for file in $files; do
        if [ -e "$from/$file" ]; then
            new=$(new_name "$root/$file")
            run cp -p "$from/$file" "$new"
            run mv "$new" "$root/$file"
        elif grep -qxF "$file" "$from/absent" && [ -e "$root/$file" ]; then
            run rm "$root/$file"
        fi
    done
}

start() {
    [ ! "$root" ] || return 0
    if [ "$sysctl_file" ] && [ -e "/$sysctl_file" ]; then run sysctl -q -p "/$sysctl_file" || return 1; fi
    # haproxy first: keepalived's check asks it.
    run systemctl enable haproxy keepalived && run systemctl restart haproxy && run systemctl restart keepalived
}

clean_up() {
    [ ! "$scratch" ] || rm -r "$scratch"
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

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd -- "$(dirname -- "$0")"
[ "$root" ] || [ "$(id -u)" = 0 ] || fail "run this as root"

if [ "$from" ]; then
    put_back
    start || fail "the old files are back, but a service did not start: see above, and 'journalctl -u haproxy'"
    [ "$dry_run" ] || say "the files from $from are back"
    exit 0
fi

for file in $files; do
    [ -f "$file" ] || fail "$file is missing in $(pwd); copy the whole folder"
done
if [ ! "$root" ]; then
    check_machine
    check_tools
    check_files
fi
back_up
put_all
again="sh $(pwd)/install.sh${root:+ --root $root} --rollback $backup"
start || fail "installed, but a service did not start: see above, and 'journalctl -u haproxy -u keepalived'; back: $again"
if [ "$dry_run" ]; then
    say "nothing is changed; without --dry-run this would be done"
else
    say "installed on $node; to go back: $again"
fi
