# Sourced by ./run: two simulated cameras (GStreamer's RTSP server) and a folder that calls are dropped into.
# Uses and extends $children. Leaves var/tenure.toml and var/simulated behind, so that the next start is the same.
simulate_start() {
  local port=18554 tries
  mkdir -p var/calls
  : > var/simulated
  if [[ ! -e var/tenure.toml ]]; then
    cat > var/tenure.toml <<TOML
# Made by ./run. Two simulated cameras and a folder of simulated calls; see config/tenure.toml for every setting.
[storage]
path = "."

[[class]]
name = "cctv"
period = "P28D"
anchor = "capture_end"

[[class]]
name = "calls"
period = "P3Y"
anchor = "capture_start"

[[camera]]
name = "cam0"
url = "rtsp://127.0.0.1:$port/cam0"
username = "viewer"
password = "simulated"
area = "entrance"

[[camera]]
name = "cam1"
url = "rtsp://127.0.0.1:$port/cam1"
username = "viewer"
password = "simulated"
area = "waiting-room"

[[calls]]
name = "telephone"
folder = "calls"
format = "sidecar"
settle = 2
TOML
    chmod 600 var/tenure.toml
  fi
  if (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; then
    echo "Port $port, which the simulated cameras use, is taken. Stop what uses it, or change the port in var/tenure.toml and tests/support/simulate.sh." >&2
    exit 1
  fi
  echo "Making pictures for the simulated cameras (once) ..."
  bash tests/support/make_media.sh build/clips demo
  /usr/bin/python3 tests/support/cameras.py --port $port --n 2 --file build/clips/demo-h264.mp4 --file build/clips/demo-h265.mp4 \
    --user viewer --password simulated > build/clips/cameras.log 2>&1 < <(exec tail -f /dev/null --pid=$$) &
  children+=($!)
  for tries in $(seq 50); do grep -q ready build/clips/cameras.log 2>/dev/null && break; sleep 0.1; done
  /usr/bin/python3 tests/support/feed_calls.py --folder var/calls --every 20 > build/clips/feeder.log 2>&1 &
  children+=($!)
}
