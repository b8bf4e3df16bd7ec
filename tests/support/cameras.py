#!/usr/bin/python3
"""Simulated RTSP cameras for tests and the demonstration, served by GStreamer's RTSP server.

cameras.py --file clip-h264.mp4 [--file clip-h265-aac.mp4 ...] [--port 0] [--n N]
           [--user U --password P [--basic]] [--loss 0.02] [--audio] [--tls FILE] [--address 127.0.0.1]

Cameras are rtsp://127.0.0.1:PORT/cam0 .. cam{N-1}; camera i plays file i modulo the number of files, endlessly. The
codecs are read from the file's name: h265 (else H.264), aac, g711. Sound is served when the name says there is some;
with --audio a file without it is refused, so that a test cannot pass by accident. Port 0 takes a free one. With --tls
they are rtsps:// only, with the certificate and key that FILE holds in PEM. --address ::1 listens there instead.
Prints "ready N cams on PORT" when it listens. Reads commands from standard input, one a line:
  drop I   cut the camera's connections, then answer 404      back I   bring it back
  stall I  keep connections, send nothing                     go I     send again
  quit     also at end of file
"""
import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys


def supervise():
    """Runs the server as a child and starts it again when it aborts or crashes: GStreamer's does, now and then, by an
    assertion of its own. The child reads our standard input and ends with us."""

    def end_with_parent():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG

    arguments = sys.argv[1:]
    if "--port" in arguments and arguments[arguments.index("--port") + 1] == "0":
        address = arguments[arguments.index("--address") + 1] if "--address" in arguments else "127.0.0.1"
        # Bound for as long as we run, and lent to the server, which sets SO_REUSEADDR too: nobody else gets it, not even
        # while the server is started again.
        holder = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address, 0))
        arguments[arguments.index("--port") + 1] = str(holder.getsockname()[1])
    command = [sys.executable, os.path.abspath(__file__), *arguments, "--child"]
    status = subprocess.call(command, preexec_fn=end_with_parent)
    while status in (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGSEGV):
        print("the server aborted and is started again", file=sys.stderr, flush=True)
        status = subprocess.call([*command, "--silent"], preexec_fn=end_with_parent)
    sys.exit(status)


if __name__ == "__main__" and "--child" not in sys.argv:
    supervise()

import gi  # noqa: E402

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)  # before a class below derives from GStreamer's: its signals must know their types


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--n", type=int, default=1)
    parser.add_argument("--file", required=True, action="append")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--basic", action="store_true")
    parser.add_argument("--loss", type=float, default=0)
    parser.add_argument("--audio", action="store_true")
    parser.add_argument("--tls")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--silent", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for path in arguments.file:
        if not os.path.exists(path):
            sys.exit(f"no such file: {path}")
        if arguments.audio and not has_sound(path):
            sys.exit(f"--audio, but {path} names no sound (aac or g711)")
    return arguments


def has_sound(path):
    name = os.path.basename(path)
    return "aac" in name or "g711" in name


def pipeline(path, loss):
    name = os.path.basename(path)
    codec = "h265" if "h265" in name else "h264"
    demuxer = "qtdemux" if path.endswith((".mp4", ".mov")) else "matroskademux"

    def payloader(index, element):
        # Loss is dropped packets behind the payloader; the element that is called pay%d must then be the last.
        if loss:
            return f"{element} ! netsim drop-probability={loss} name=pay{index}"
        return f"{element} name=pay{index}"

    text = f'( filesrc location="{path}" ! {demuxer} name=d '
    text += f"d.video_0 ! queue ! {codec}parse ! " + payloader(0, f"rtp{codec}pay pt=96 config-interval=-1")
    if "aac" in name:
        text += " d.audio_0 ! queue ! aacparse ! " + payloader(1, "rtpmp4gpay pt=97")
    elif "g711" in name:
        text += " d.audio_0 ! queue ! " + payloader(1, "rtppcmapay pt=8")
    return text + " )"


def seek_to_start(element, flags):
    element.seek(1.0, Gst.Format.TIME, flags | Gst.SeekFlags.SEGMENT, Gst.SeekType.SET, 0, Gst.SeekType.NONE, 0)


class LoopingMedia(GstRtspServer.RTSPMedia):
    """Starts again at its end, without a break in its timestamps."""

    __gtype_name__ = "LoopingMedia"

    def do_handle_message(self, message):
        if message.type == Gst.MessageType.SEGMENT_DONE:
            seek_to_start(self.get_element(), Gst.SeekFlags.NONE)
            return True
        return GstRtspServer.RTSPMedia.do_handle_message(self, message)


class Cameras:
    def __init__(self, arguments):
        self.arguments = arguments
        self.media = {}
        self.server = GstRtspServer.RTSPServer()
        self.server.set_address(arguments.address)
        self.server.set_service(str(arguments.port))
        self.mounts = self.server.get_mount_points()
        if arguments.user or arguments.tls:
            self.server.set_auth(self.make_auth())
        for index in range(arguments.n):
            self.back(index)
        if self.server.attach(None) == 0:
            sys.exit(f"cannot listen on port {arguments.port}")
        self.port = self.server.get_bound_port()
        GLib.timeout_add_seconds(5, self.clean_up)

    def clean_up(self):
        self.server.get_session_pool().cleanup()
        return True

    def make_auth(self):
        auth = GstRtspServer.RTSPAuth()
        if self.arguments.tls:
            auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(self.arguments.tls))
        if not self.arguments.user:
            anybody = GstRtspServer.RTSPToken()
            anybody.set_string("media.factory.role", "user")
            auth.set_default_token(anybody)
            return auth
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        user, password = self.arguments.user, self.arguments.password
        if self.arguments.basic:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        else:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(user, password, token)
        return auth

    def back(self, index):
        factory = GstRtspServer.RTSPMediaFactory()
        files = self.arguments.file
        factory.set_launch(pipeline(files[index % len(files)], self.arguments.loss))
        factory.set_shared(True)
        factory.set_media_gtype(LoopingMedia)
        factory.connect("media-configure", self.configure, index)
        if self.arguments.user or self.arguments.tls:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        self.mounts.add_factory(f"/cam{index}", factory)

    def configure(self, _factory, media, index):
        self.media[index] = media
        media.connect("prepared", self.begin)

    def begin(self, media):
        seek_to_start(media.get_element(), Gst.SeekFlags.FLUSH)
        # The seek ends in its own time; a PLAY before that finds streams without a segment, and the server aborts.
        pipeline = media.get_element().get_parent() or media.get_element()
        pipeline.get_state(3 * Gst.SECOND)

    def drop(self, index):
        self.mounts.remove_factory(f"/cam{index}")
        keep, remove = GstRtspServer.RTSPFilterResult.KEEP, GstRtspServer.RTSPFilterResult.REMOVE

        def plays_it(client):
            found = []

            def look(session_media):
                if session_media.matches(f"/cam{index}")[0]:
                    found.append(True)
                return keep

            client.session_filter(lambda _c, session: (session.filter(lambda _s, m: look(m)), keep)[1])
            return bool(found)

        self.server.client_filter(lambda _server, client: remove if plays_it(client) else keep)

    def set_state(self, index, state):
        if index in self.media:
            self.media[index].get_element().get_parent().set_state(state)

    def stall(self, index):
        self.set_state(index, Gst.State.PAUSED)

    def go(self, index):
        self.set_state(index, Gst.State.PLAYING)


def main():
    arguments = parse_arguments()
    cameras = Cameras(arguments)
    loop = GLib.MainLoop()

    def on_command(_descriptor, _condition):
        line = sys.stdin.readline()
        words = line.split()
        if not line or words[:1] == ["quit"]:
            loop.quit()
            return False
        if words and words[0] in ("drop", "back", "stall", "go"):
            getattr(cameras, words[0])(int(words[1]) if len(words) > 1 else 0)
            print("ok", line.strip(), flush=True)
        else:
            print("unknown command", line.strip(), flush=True)
        return True

    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, on_command)
    if not arguments.silent:
        print("ready", arguments.n, "cams on", cameras.port, flush=True)
    loop.run()


if __name__ == "__main__":
    main()
