#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# image_root.sh TARGET: copies out of this system what the installed Belay needs to run, and what tells a scanner and a
# reader of licences which packages it came from. Run by the Dockerfile, in a throw-away stage.
set -eu
target=$1
packages=""

# take FILE: the file, the links on the way to it, and its package's name.
take() {
  folder=$(readlink -f "$(dirname "$1")")
  file=$folder/$(basename "$1")
  mkdir -p "$target$folder"
  cp -a "$file" "$target$folder/"
  # The package may name it by the path before /lib and /usr/lib became one.
  owner=$(dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}" 2>/dev/null || true)
  [ -z "$owner" ] || packages="$packages ${owner%%:*}"
  if [ -L "$file" ]; then
    next=$(readlink "$file")
    case $next in
      /*) take "$next" ;;
      *) take "$folder/$next" ;;
    esac
  fi
}

mkdir -p "$target/usr/lib" "$target/usr/bin" "$target/etc/ssl/certs" "$target/var/lib/dpkg/status.d" "$target/tmp"
for merged in lib lib64; do
  [ ! -L "/$merged" ] || { mkdir -p "$target/usr/$merged" && ln -s "usr/$merged" "$target/$merged"; }
done

take /usr/bin/belay
for library in $(ldd /usr/bin/belay | grep -o '/[^ ]*'); do take "$library"; done
for font in DejaVuSans DejaVuSans-Bold; do take "/usr/share/fonts/truetype/dejavu/$font.ttf"; done
take /etc/os-release
cp /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/"
echo 'hosts: files dns' >"$target/etc/nsswitch.conf"
echo 'belay:x:65532:65532::/var/lib/belay:/nonexistent' >"$target/etc/passwd"
echo 'belay:x:65532:' >"$target/etc/group"
chmod 1777 "$target/tmp"
install -d -o 65532 -g 65532 -m 700 "$target/var/lib/belay"

# shellcheck disable=SC2086 # names, one word each
for package in $(printf '%s\n' $packages ca-certificates | sort -u); do
  dpkg-query -s "$package" >"$target/var/lib/dpkg/status.d/$package"
  mkdir -p "$target/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$target/usr/share/doc/$package/" 2>/dev/null ||
    echo "image_root.sh: $package has no copyright file" >&2
done
