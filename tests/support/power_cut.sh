#!/bin/bash
# What a disk holds at the instant the power goes, without device mapper: an ext4 image lies on an XFS that can share
# blocks; a shared-block copy of the image is, at one instant, what reached the disk and nothing of what did not.
#   power_cut.sh setup FOLDER    makes and mounts FOLDER/disk, where the data goes
#   power_cut.sh cut FOLDER      mounts at FOLDER/after what would be found (its journal replayed)
#   power_cut.sh clean FOLDER    unmounts everything
# Needs root, loop devices and xfsprogs; exits 77 when they are not to be had.
set -euo pipefail
folder=$2
# Lazily where somebody still looks into it: nothing is asked of it any more.
unmount() { if mountpoint -q "$1"; then umount "$1" || umount -l "$1"; fi; }
case $1 in
  setup)
    command -v mkfs.xfs >/dev/null && ((EUID == 0)) && losetup -f >/dev/null 2>&1 || exit 77
    mkdir -p "$folder"/{lower,disk,after}
    truncate -s 3G "$folder/lower.img"
    mkfs.xfs -q -m reflink=1 "$folder/lower.img"
    mount -o loop "$folder/lower.img" "$folder/lower" || exit 77
    truncate -s 768M "$folder/lower/disk.img"
    mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$folder/lower/disk.img"
    mount -o loop "$folder/lower/disk.img" "$folder/disk" || { umount "$folder/lower"; exit 77; }
    ;;
  cut)
    unmount "$folder/after"
    rm -f "$folder/lower/cut.img"
    cp --reflink=always "$folder/lower/disk.img" "$folder/lower/cut.img"
    mount -o loop "$folder/lower/cut.img" "$folder/after"
    ;;
  clean)
    for mount in after disk lower; do unmount "$folder/$mount"; done
    rm -f "$folder/lower.img"
    ;;
  *) echo "usage: $0 setup|cut|clean FOLDER" >&2; exit 2 ;;
esac
