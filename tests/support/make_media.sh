#!/bin/sh
# Makes the clips that the simulated cameras play: a moving test picture with noise (so that it takes real bits) and the
# time and frame number written in it. No real person or place. Usage: make_media.sh FOLDER [NAME...], where `tests`
# (also when nothing is named), `demo` and `bench` stand for their clips. A clip that is there is not made again; each appears under its name only when it is whole.
set -eu
folder=${1:?usage: make_media.sh FOLDER [NAME...]}
shift
mkdir -p "$folder"
font=$(fc-match -f '%{file}' DejaVuSans 2>/dev/null || true)
[ -f "$font" ] || font=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

# make NAME SIZE SECONDS BITRATE VIDEO-OPTIONS [SOUND-OPTIONS]
make() {
  name=$1 size=$2 seconds=$3 rate=$4 video=$5 sound=${6:-}
  [ -s "$folder/$name" ] && return 0
  part="$folder/.part-$$-$name"
  stamp="drawtext=fontfile=$font:fontsize=h/12:fontcolor=white:box=1:boxcolor=black:x=10:y=10:text='%{pts\\:hms} frame %{n}'"
  inputs="" ; maps=""
  if [ -n "$sound" ]; then
    inputs="-f lavfi -i sine=frequency=440:sample_rate=48000"
    maps="-map 0:v -map 1:a"
  fi
  # shellcheck disable=SC2086  # the option lists are meant to be split
  ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=$size:rate=25,noise=alls=12:allf=t,$stamp" $inputs $maps \
    -t "$seconds" -pix_fmt yuv420p -b:v "$rate" -maxrate "$rate" -bufsize "$rate" -g 50 -keyint_min 50 \
    $video $sound "$part"
  mv "$part" "$folder/$name"
}

one() {
  h264="-c:v libx264 -preset veryfast -sc_threshold 0 -bf 0"
  h265="-c:v libx265 -preset ultrafast -x265-params log-level=none:scenecut=0:bframes=0"
  case $1 in
    small-h264.mp4) make "$1" 640x360 10 600k "$h264" ;;
    small-h264-bframes.mp4) make "$1" 640x360 10 600k "-c:v libx264 -preset veryfast -sc_threshold 0 -bf 3 -b_strategy 0" ;;
    small-h265.mp4) make "$1" 640x360 10 600k "$h265" ;;
    small-h264-aac.mp4) make "$1" 640x360 10 600k "$h264" "-c:a aac -b:a 64k -ac 1" ;;
    small-h264-g711.mkv) make "$1" 640x360 10 600k "$h264" "-c:a pcm_alaw -ar 8000 -ac 1" ;;
    small-h265-aac.mp4) make "$1" 640x360 10 600k "$h265" "-c:a aac -b:a 64k -ac 1" ;;
    demo-h264.mp4) make "$1" 1280x720 30 1500k "$h264" ;;
    demo-h265.mp4) make "$1" 1280x720 30 1000k "$h265" ;;
    bench-h264-1080p.mp4) make "$1" 1920x1080 20 4M "$h264" ;;
    *) echo "make_media.sh: no recipe for $1" >&2; exit 2 ;;
  esac
}

group() {
  case $1 in
    tests)
      echo small-h264.mp4 small-h264-bframes.mp4 small-h265.mp4 small-h264-aac.mp4 small-h264-g711.mkv small-h265-aac.mp4 ;;
    demo) echo demo-h264.mp4 demo-h265.mp4 ;;
    bench) echo bench-h264-1080p.mp4 ;;
    *) echo "$1" ;;
  esac
}

[ $# -gt 0 ] || set -- tests
for asked in "$@"; do
  for name in $(group "$asked"); do one "$name"; done
done
