#!/usr/bin/env python3
"""A camera that misbehaves, one way for each path: rtsp://127.0.0.1:PORT/MODE[?argument]. Modes: see MODES below.

hostile_camera.py [--port 0] [--tls FOLDER]   (FOLDER holds camera.pem: certificate and key)
Prints "ready PORT" when it listens; ends at the end of standard input. User "viewer", password "right:pass".
Standard library only. The pictures are a real H.264 stream of six frames, 64 x 48.
"""
import argparse
import base64
import hashlib
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time

NALS = [base64.b64decode(text) for text in (
    "Z2QACqxMIiPYCIAAAAMAgAAAGQeJEwjA",
    "aOhDATSyLA==",
    "ZYiCH//UuhpckSeLfDr9EK0hCL/rjQZpBPwg9Ao2MsUSQwhGhFwbow4S4s+tkoceqqzbNb+609Bu9dhB+dBsP//AO3469HS8CESmtE/n+xtg"
    "p6kEmt4RGYIcriTS41waitLcMlGv5umoqZFAq2O1HOgm1N1Mfy+/oUOJ7TPV0HID6r11yCbIDkgn1dn+eT1uZgwUw4zl2jo+V0dsVF5Snjxh"
    "gXpK5FGt2aUO5tlHpBiTxF9xjOvDMj/8VhHwa8jRtvLCFuao8QJhbniq/epDa+c3RIHClRyTxTZWYeWc20IZYSUx7MsEj5h8bN////5rer3s"
    "AW8s5afYPH836Ci7MhqjqQOklMofk2VTHs6Xbd2KUeZYD3e3EoQ5WCBrk0BylNyckfWulPc8goTij9uAgzhdR7/uX7M9IiTcf9AtNiEZb3ka"
    "cSL3mcRpK8kOO2N5nRQSIBnF6ydOtgSMJqBsTNhC2vVgxtwyh49X79rC0xrWnNm9p0AMqhB4DQhsPJDoWGisP3n06XmngvwJrQ==",
    "QZodj/9kQA==",
    "QZor8EGTKYf/ZEE=",
    "QZo5PBB5Mpgf7Ejfts4NkUO74vaugYo7kf2BXJTA",
    "QZpJfBB+TKYB/2RB",
    "QZpZvBB/kymAH2RB",
)]
SETS = ",".join(base64.b64encode(nal).decode() for nal in NALS[:2])
USER, PASSWORD, REALM, NONCE = "viewer", "right:pass", 'front "door"', "5e1f"
VIDEO = f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets={SETS}\r\n"
SOUND = "m=audio 0 RTP/AVP 8\r\na=control:sound\r\n"


class Camera:
    def __init__(self, stream):
        self.stream, self.buffer, self.mode, self.argument = stream, b"", "", ""
        self.sequence, self.time, self.ssrc, self.playing = 65530, 1000, 0x1234, False
        self.kept_alive = time.monotonic()
        self.lock = threading.Lock()
        self.tries = 0

    # Requests and replies
    def request(self):
        while b"\r\n\r\n" not in self.buffer:
            more = self.stream.recv(65536)
            if not more:
                return None
            self.buffer += more
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, uri, _ = lines[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        return method, uri, headers

    def raw(self, data):
        with self.lock:
            self.stream.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))

    def reply(self, headers, status="200 OK", extra="", body=""):
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.raw(f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', 0)}\r\n{extra}{length}\r\n{body}")

    def flood(self, start, piece):
        self.raw(start)
        while True:
            self.raw(piece)

    # Authentication
    def challenges(self):
        digest = f'Digest realm="front \\"door\\"", nonce="{NONCE}{self.tries}"'
        md5, sha = f'WWW-Authenticate: {digest}, algorithm=MD5, qop="auth,auth-int"\r\n', f"WWW-Authenticate: {digest}, algorithm=SHA-256, qop=\"auth\", opaque=\"x\"\r\n"
        basic = 'WWW-Authenticate: Basic realm="door"\r\n'
        return {"md5": md5 + basic, "md5-plain": f"WWW-Authenticate: {digest}\r\n", "sha256": sha, "strongest": basic + md5 + sha,
                "basic": basic, "stale": md5.replace("algorithm", "stale=true, algorithm"), "strange": "WWW-Authenticate: Negotiate abc\r\n"}.get(self.mode)

    def allowed(self, method, headers):
        given = headers.get("authorization", "")
        if given.startswith("Basic "):
            return self.mode == "basic" and base64.b64decode(given[6:]).decode() == f"{USER}:{PASSWORD}"
        if not given.startswith("Digest "):
            return False
        if self.mode == "stale" and self.tries < 3:
            return False
        found = {k: (a or b).replace('\\"', '"') for k, a, b in re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', given)}
        if self.mode in ("sha256", "strongest") and found.get("algorithm") != "SHA-256":
            return False
        algorithm = hashlib.sha256 if found.get("algorithm") == "SHA-256" else hashlib.md5
        h = lambda text: algorithm(text.encode()).hexdigest()  # noqa: E731
        middle = found["nonce"] + (f":{found['nc']}:{found['cnonce']}:{found['qop']}" if "qop" in found else "")
        return found["response"] == h(f"{h(f'{USER}:{REALM}:{PASSWORD}')}:{middle}:{h(method + ':' + found['uri'])}")

    # Media
    def packet(self, payload, marker=False, channel=0, kind=96):
        head = struct.pack(">BBHII", 0x80, (0x80 if marker else 0) | kind, self.sequence & 0xFFFF, self.time & 0xFFFFFFFF, self.ssrc)
        self.sequence += 1
        self.raw(struct.pack(">cBH", b"$", channel, len(head) + len(payload)) + head + payload)

    def picture(self, key, channel=0):
        if key:
            stap = b"\x78" + b"".join(struct.pack(">H", len(nal)) + nal for nal in NALS[:2])
            self.packet(stap, channel=channel)
        nal = NALS[2] if key else NALS[3 + (self.sequence % 5)]
        if key:
            pieces = [nal[1:][at:at + 150] for at in range(0, len(nal) - 1, 150)]
            for i, piece in enumerate(pieces):
                flags = (0x80 if i == 0 else 0) | (0x40 if i == len(pieces) - 1 else 0) | 5
                if self.mode == "loss" and i == 1 and self.time > 1000:
                    self.sequence += 1
                    continue
                self.packet(bytes([0x7C, flags]) + piece, marker=i == len(pieces) - 1, channel=channel)
        else:
            self.packet(nal, marker=True, channel=channel)

    def play(self):
        try:
            if self.mode == "silent":
                return
            if self.mode == "wrap":
                self.time = 0xFFFFFFFF - 3 * 3600
            gop = 1 << 30 if self.mode == "gop60" else 6
            for frame in range(1 << 30):
                if self.mode == "ssrc" and frame == 10:
                    self.ssrc, self.time = 0x9999, 77
                if self.mode == "jump" and frame == 10:
                    self.time += 3600 * 90000
                self.picture(frame % gop == 0, channel=77 if self.mode == "unknown-channel" else 0)
                if self.mode == "sound":
                    self.packet(b"\xd5" * 320, marker=True, channel=2, kind=8)
                if self.mode == "reports" and frame == 5:
                    report = struct.pack(">BBHIIIIII", 0x80, 200, 6, self.ssrc, 3_976_214_400, 0x80000000, self.time & 0xFFFFFFFF, 0, 0)
                    self.raw(struct.pack(">cBH", b"$", 1, len(report)) + report)
                if self.mode == "bye" and frame == 5:
                    self.raw(struct.pack(">cBHBBHI", b"$", 1, 8, 0x81, 203, 1, self.ssrc))
                if self.mode == "close" and frame == 5:
                    return self.stream.shutdown(socket.SHUT_RDWR)
                if self.mode == "garbage-later" and frame == 5:
                    self.raw(os.urandom(0) + b"\x00\x01\x02 nonsense")
                if self.mode == "keep-alive" and time.monotonic() - self.kept_alive > 9:
                    return self.stream.shutdown(socket.SHUT_RDWR)
                self.time += 3600
                time.sleep(0.01)
        except OSError:
            pass

    # One connection
    def serve(self):
        while True:
            asked = self.request()
            if asked is None:
                return
            method, uri, headers = asked
            if not self.mode:
                self.mode, _, self.argument = uri.split("/", 3)[3].partition("?")
            if self.odd(method, headers):
                continue
            if self.challenges() and method != "OPTIONS" and not self.allowed(method, headers):
                self.tries += 1
                self.reply(headers, "401 Unauthorized", self.challenges())
                continue
            self.answer(method, uri, headers)

    def odd(self, method, headers):
        mode = self.mode
        if mode == "rst":
            self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise OSError("reset")
        if mode == "garbage":
            self.raw(b"\x16\x03\x01 this is no RTSP at all\r\n\r\n")
        elif mode == "http":
            self.raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        elif mode == "mute":
            pass
        elif mode == "drip":
            for byte in b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Slow: " + b"a" * 1000:
                self.raw(bytes([byte]))
                time.sleep(0.05)
        elif mode == "big-header":
            self.raw("RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Big: " + "a" * (1 << 20) + "\r\n\r\n")
        elif mode == "endless-header":
            self.flood("RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Endless: ", "a" * 4096)
        elif mode == "many-headers":
            self.raw("RTSP/1.0 200 OK\r\n" + "A: b\r\n" * 1000 + "\r\n")
        elif mode == "wrong-cseq":
            self.reply({"cseq": "4711"})
        elif mode == "redirect" and method == "DESCRIBE":
            self.reply(headers, "302 Found", f"Location: rtsp://{USER}:secret@127.0.0.1:{self.argument}/other\r\n")
        elif mode == "redirect-loop":
            self.reply(headers, "302 Found", f"Location: rtsp://127.0.0.1:{self.argument}/redirect-loop\r\n")
        elif mode == "endless-sdp" and method == "DESCRIBE":
            self.flood("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4000000000\r\n\r\nv=0\r\n", "a=tool:x\r\n" * 400)
        elif mode == "flood" and method == "PLAY":
            self.flood("", b"".join(struct.pack(">cBH", b"$", 99, 1400) + b"\x80" * 1400 for _ in range(40)))
        else:
            return False
        return True

    def answer(self, method, uri, headers):
        if method == "OPTIONS":
            if self.mode == "old-cseq":
                self.reply({"cseq": "0000"})
            return self.reply(headers, extra="Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n")
        if method == "DESCRIBE":
            return self.describe(uri, headers)
        if method == "SETUP":
            return self.set_up(uri, headers)
        if method == "GET_PARAMETER":
            self.kept_alive = time.monotonic()
        if method == "PLAY" and self.mode == "early-media":
            self.picture(True)
        if method == "TEARDOWN":  # said before the answer, for which nobody may be there any more
            print("torn down", flush=True)
        self.reply(headers, extra="Session: 1f\r\n")
        if method == "PLAY":
            threading.Thread(target=self.play, daemon=True).start()

    def describe(self, uri, headers):
        start = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\na=control:*\r\n"
        control = f"a=control:rtsp://127.0.0.1:{self.argument}/picture\r\n" if self.mode == "control-elsewhere" else "a=control:picture\r\n"
        body = {"no-video": start + SOUND, "empty-sdp": start, "mjpeg": start + "m=video 0 RTP/AVP 26\r\na=control:p\r\n",
                "big-sdp": start + "a=tool:x\r\n" * 10000, "many-sections": start + SOUND * 40,
                "not-sdp": "<html>hello</html>", "mode2": start + VIDEO.replace("mode=1", "mode=2") + control,
                "not-found": ""}.get(self.mode, start + VIDEO + control + SOUND)
        if self.mode == "not-found":
            return self.reply(headers, "404 Not Found")
        self.reply(headers, extra=f"Content-Base: {uri}/\r\nContent-Type: application/sdp\r\n", body=body)

    def set_up(self, uri, headers):
        channels = re.search(r"interleaved=(\d+-\d+)", headers["transport"]).group(1)
        if self.mode == "channel-300":
            channels = "300-301"
        if self.mode == "same-channel":
            channels = "0-1"
        if self.mode == "udp-only":
            return self.reply(headers, "461 Unsupported Transport")
        if self.mode == "udp-anyway":
            return self.reply(headers, extra="Transport: RTP/AVP;unicast;client_port=5000-5001\r\nSession: 1f\r\n")
        if self.mode == "no-session":
            return self.reply(headers, extra=f"Transport: RTP/AVP/TCP;interleaved={channels}\r\n")
        print("set up", uri.rsplit("/", 1)[1], flush=True)
        timeout = ";timeout=2" if self.mode == "keep-alive" else ""
        self.reply(headers, extra=f"Transport: RTP/AVP/TCP;unicast;interleaved={channels}\r\nSession: 1f{timeout}\r\n")


def handle(connection, context):
    try:
        try:
            stream = context.wrap_socket(connection, server_side=True) if context else connection
        except OSError:
            print("no TLS", flush=True)
            return
        Camera(stream).serve()
    except OSError:
        pass
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls")
    arguments = parser.parse_args()
    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(arguments.tls, "camera.pem"))
    listener = socket.create_server(("127.0.0.1", arguments.port))
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print("ready", listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=handle, args=(connection, context), daemon=True).start()


if __name__ == "__main__":
    main()
