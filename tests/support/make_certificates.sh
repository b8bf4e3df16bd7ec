#!/bin/bash
# Certificates of simulated cameras: make_certificates.sh FOLDER. FOLDER/NAME/camera.pem holds certificate (with its chain)
# and key, FOLDER/NAME.sha256 the certificate's fingerprint in hexadecimal digits. `camera` and `other` are self-signed for
# no name at all, as a camera's mostly is; `issued` is signed by an authority of its own.
set -euo pipefail
cd "$1"
mkdir -p camera other issued

fingerprint() { openssl x509 -in "$1/camera.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f >"$1.sha256"; }

for name in camera other; do
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$name" -keyout "$name/key.pem" -out "$name/cert.pem"
  cat "$name/cert.pem" "$name/key.pem" >"$name/camera.pem"
  fingerprint "$name"
done

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Nobody's authority" -keyout authority-key.pem -out authority.pem
openssl req -newkey rsa:2048 -nodes -subj "/CN=issued" -keyout issued/key.pem -out issued/request.pem
openssl x509 -req -in issued/request.pem -CA authority.pem -CAkey authority-key.pem -CAcreateserial -days 30 -out issued/cert.pem
cat issued/cert.pem authority.pem issued/key.pem >issued/camera.pem
fingerprint issued
