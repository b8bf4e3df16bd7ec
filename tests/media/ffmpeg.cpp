#include "tests/media/ffmpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace tenure::media::testing {
namespace {

struct Folder {
  boost::filesystem::path path = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-media-%%%%%%%%");
  Folder() { boost::filesystem::create_directories(path); }
  ~Folder() {
    boost::system::error_code ignored;
    boost::filesystem::remove_all(path, ignored);
  }
};

std::vector<View> split_nals(View bytes) {
  std::vector<View> nals;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i + 3 <= bytes.size(); ++i) {
    if (bytes[i] != 0 || bytes[i + 1] != 0 || bytes[i + 2] != 1) continue;
    std::size_t end = i;
    while (end > begin && bytes[end - 1] == 0) --end;
    if (inside) nals.push_back(bytes.subspan(begin, end - begin));
    begin = i + 3;
    inside = true;
    i += 2;
  }
  if (inside) nals.push_back(bytes.subspan(begin));
  return nals;
}

void keep(std::vector<Blob>& sets, View nal) {
  const Blob set(nal.begin(), nal.end());
  if (std::ranges::find(sets, set) == sets.end()) sets.push_back(set);
}

// Presentation times in decode order, as the encoder gave them (a raw stream has none).
std::vector<std::int64_t> times_of(const std::string& raw) {
  std::istringstream lines(run("ffprobe -v error -select_streams v -show_entries packet=pts -of csv=p=0 " + raw + ".mp4"));
  std::vector<std::int64_t> times;
  for (std::string line; std::getline(lines, line);) times.push_back(std::stoll(line));
  return times;
}

}  // namespace

std::string folder() {
  static const Folder folder;
  return folder.path.string();
}

std::string run(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no process");
  std::array<char, 4096> buffer{};
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), got);
  const int status = pclose(pipe);
  EXPECT_EQ(status, 0) << command << "\n" << output;
  return output;
}

Blob read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string write_file(const std::string& name, View bytes) {
  const std::string path = folder() + "/" + name;
  std::ofstream out(path, std::ios::binary);
  out << as_text(bytes);
  return path;
}

std::string pictures(const std::string& path) {
  std::istringstream lines(run("ffmpeg -v error -i " + path + " -map 0:v -fps_mode passthrough -f framemd5 -"));
  std::string digests;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#")) digests += line.substr(line.rfind(',') + 1) + "\n";
  }
  return digests;
}

std::string complaints(const std::string& path) {
  return run("ffmpeg -v error -xerror -i " + path + " -map 0 -fps_mode passthrough -f null -");
}

std::string elementary(Codec codec, const std::string& arguments) {
  static std::map<std::string, std::string> made;
  const bool h264 = codec == Codec::h264;
  std::string& path = made[to_string(codec) + arguments];
  if (path.empty()) {
    path = folder() + "/raw" + std::to_string(made.size()) + (h264 ? ".h264" : ".h265");
    const std::string encoder = h264 ? "libx264 -preset veryfast" : "libx265 -preset ultrafast -x265-params log-level=none";
    run("ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25:duration=4 -pix_fmt yuv420p -c:v " + encoder +
        " -g 25 " + arguments + " -video_track_timescale 90000 " + path + ".mp4");
    run("ffmpeg -v error -y -i " + path + ".mp4 -c copy " + path);
  }
  return path;
}

Stream stream_of(Codec codec, const std::string& arguments) {
  const std::string path = elementary(codec, arguments);
  const Blob raw = read_file(path);
  Stream stream;
  ParameterSets sets;
  bool has_picture = true;  // so that the first NAL unit opens a sample
  for (const View nal : split_nals(raw)) {
    const NalKind kind = nal_kind(codec, nal);
    const bool slice = kind == NalKind::slice || kind == NalKind::key_slice;
    if (kind == NalKind::vps) keep(sets.vps, nal);
    if (kind == NalKind::sps) keep(sets.sps, nal);
    if (kind == NalKind::pps) keep(sets.pps, nal);
    if (has_picture && (!slice || begins_picture(codec, nal))) {
      stream.samples.push_back({0, 3600, false, {}});
      has_picture = false;
    }
    Sample& sample = stream.samples.back();
    has_picture = has_picture || slice;
    sample.key = sample.key || kind == NalKind::key_slice;
    const auto size = static_cast<std::uint32_t>(nal.size());
    for (int shift = 24; shift >= 0; shift -= 8) sample.data.push_back(static_cast<std::uint8_t>(size >> shift));
    sample.data.insert(sample.data.end(), nal.begin(), nal.end());
  }
  const auto times = times_of(path);
  EXPECT_EQ(times.size(), stream.samples.size());
  const std::int64_t first = *std::ranges::min_element(times);
  for (std::size_t i = 0; i < std::min(times.size(), stream.samples.size()); ++i) stream.samples[i].pts = times[i] - first;
  const auto track = video_track(codec, sets);
  EXPECT_TRUE(track.has_value());
  stream.track = track.value_or(Track{});
  return stream;
}

Blob fragmented(const Stream& video, const Stream* sound) {
  std::vector<Track> tracks = {video.track};
  if (sound != nullptr) tracks.push_back(sound->track);
  Blob file = make_init(tracks);
  std::uint32_t sequence = 0;
  std::size_t heard = 0;
  for (std::size_t i = 0; i < video.samples.size();) {
    TrackSamples pictures{.track = 0, .samples = {}};
    do pictures.samples.push_back(video.samples[i++]);
    while (i < video.samples.size() && !video.samples[i].key);
    std::vector<TrackSamples> both = {pictures};
    if (sound != nullptr) {
      const double until = i < video.samples.size() ? static_cast<double>(video.samples[i].pts) / 90'000 : 1e9;
      TrackSamples tones{.track = 1, .samples = {}};
      while (heard < sound->samples.size() &&
             static_cast<double>(sound->samples[heard].pts) / sound->track.timescale < until) {
        tones.samples.push_back(sound->samples[heard++]);
      }
      both.push_back(tones);
    }
    const Blob bytes = make_fragment(++sequence, both).bytes;
    file.insert(file.end(), bytes.begin(), bytes.end());
  }
  return file;
}

Stream sine(Codec codec) {
  Stream stream;
  if (codec != Codec::aac) {
    stream.track = g711_track(codec);
    const std::string path = folder() + "/sine." + to_string(codec);
    const std::string name = codec == Codec::alaw ? "alaw" : "mulaw";
    run("ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=4 -ar 8000 -ac 1 -c:a pcm_" + name + " -f " + name + " " + path);
    const Blob raw = read_file(path);
    for (std::size_t at = 0; at + 160 <= raw.size(); at += 160) {
      const auto begin = raw.begin() + static_cast<std::ptrdiff_t>(at);
      stream.samples.push_back({static_cast<std::int64_t>(at), 160, true, Blob(begin, begin + 160)});
    }
    return stream;
  }
  const std::string path = folder() + "/sine.adts";
  run("ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=4 -ar 16000 -ac 1 -c:a aac -f adts " + path);
  const Blob raw = read_file(path);
  stream.track = aac_track(Blob{0x14, 0x08}).value();  // AAC-LC, 16 kHz, mono
  for (std::size_t at = 0; at + 7 <= raw.size();) {
    const std::size_t size = (raw[at + 3] & 3U) << 11 | static_cast<std::size_t>(raw[at + 4]) << 3 | raw[at + 5] >> 5;
    const auto begin = raw.begin() + static_cast<std::ptrdiff_t>(at);
    stream.samples.push_back({static_cast<std::int64_t>(stream.samples.size() * 1024), 1024, true,
                              Blob(begin + 7, begin + static_cast<std::ptrdiff_t>(size))});
    at += size;
  }
  return stream;
}

}  // namespace tenure::media::testing
