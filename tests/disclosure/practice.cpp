#include "practice.h"

#include <algorithm>
#include <cstdio>

#include "media/audio_check.h"
#include "media/fmp4_writer.h"
#include "media/movie.h"

namespace tenure::disclosure::testing {

std::string output_of(const std::string& command) {
  std::string text;
  auto* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> block;
  while (const auto got = std::fread(block.data(), 1, block.size(), pipe)) text.append(block.data(), got);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << text;
  return text;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.message();
  }
  return "(nothing was refused)";
}

Exports::Exports() : folder_(boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-exports-%%%%%%%%")) {
  config::Settings settings;
  settings.storage.path = folder_ / "state";
  settings.vaults.push_back({"main", folder_ / "vault", {}});
  settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end}, {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
  config::Camera camera;
  camera.name = "front-door";
  settings.cameras.push_back(camera);
  config::Calls calls;
  calls.name = "pbx";
  settings.calls.push_back(calls);
  make_directories(folder_);
  storage_ = std::make_unique<storage::Storage>(settings, clock_);
}

Exports::~Exports() {
  storage_.reset();
  boost::filesystem::remove_all(folder_);
}

std::string Exports::make_clip(const std::string& name, const std::string& input, const std::string& options) {
  const auto clip = path(name);
  output_of("ffmpeg -v error -y " + input + " " + options + " -movflags frag_keyframe+empty_moov+default_base_moof " + clip);
  return clip;
}

namespace {
using Samples = std::vector<media::MovieSample>;

media::TrackSamples take(const media::ByteSource& source, const Samples& samples, std::size_t from, std::size_t to, std::size_t track = 0) {
  media::TrackSamples out;
  out.track = track;
  for (std::size_t i = from; i < to; ++i) {
    media::Sample sample{samples[i].pts, samples[i].duration, samples[i].key, Blob(samples[i].size)};
    source.read(samples[i].offset, sample.data);
    out.samples.push_back(std::move(sample));
  }
  return out;
}

std::vector<std::size_t> group_starts(const Samples& samples) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].key) starts.push_back(i);
  }
  starts.push_back(samples.size());
  return starts;
}
}  // namespace

std::vector<SegmentId> Exports::record(const std::string& clip, Instant start, std::size_t gops, std::uint32_t run) {
  const auto bytes = read_whole(clip, 1 << 28);
  const auto source = media::source_of(bytes);
  const auto movie = media::read_movie(source);
  const auto& track = movie.tracks.at(0);
  const auto groups = group_starts(track.samples);
  const auto first = std::min_element(track.samples.begin(), track.samples.end(), [](auto& a, auto& b) { return a.pts < b.pts; })->pts;
  const auto time_of = [&](std::size_t group) {
    if (group + 1 == groups.size()) {
      std::int64_t end = 0;
      for (const auto& sample : track.samples) end = std::max(end, sample.pts + sample.duration);
      return start + Duration((end - first) * 1'000'000 / track.track.timescale);
    }
    return start + Duration((track.samples[groups[group]].pts - first) * 1'000'000 / track.track.timescale);
  };
  const auto* sound = movie.tracks.size() > 1 ? &movie.tracks[1] : nullptr;
  std::vector<media::Track> tracks;
  for (const auto& one : movie.tracks) tracks.push_back(one.track);
  // How many samples of sound begin before a group of pictures.
  const auto sound_before = [&](std::size_t group) -> std::size_t {
    if (group == 0) return 0;
    if (group + 1 == groups.size()) return sound->samples.size();
    const auto limit = static_cast<double>(track.samples[groups[group]].pts) / track.track.timescale * sound->track.timescale;
    return static_cast<std::size_t>(std::ranges::count_if(sound->samples, [&](const auto& one) { return static_cast<double>(one.pts) < limit; }));
  };
  std::vector<SegmentId> ids;
  auto& recorder = storage_->recorder();
  for (std::size_t group = 0; group + 1 < groups.size(); ++group) {
    if (group % gops == 0) {
      if (!ids.empty()) recorder.close(ids.back(), {time_of(group - gops), time_of(group)}, std::nullopt);
      ids.push_back(recorder.open("front-door", "cctv", time_of(group), run));
      storage::Fragment init{storage::FragmentKind::init, {time_of(group), time_of(group)}, false, media::make_init(tracks), {}};
      EXPECT_TRUE(recorder.append(ids.back(), std::move(init)));
    }
    std::vector<media::TrackSamples> parts{take(source, track.samples, groups[group], groups[group + 1])};
    if (sound != nullptr) parts.push_back(take(source, sound->samples, sound_before(group), sound_before(group + 1), 1));
    auto made = media::make_fragment(static_cast<std::uint32_t>(group + 1), parts);
    storage::Fragment fragment{storage::FragmentKind::media, {time_of(group), time_of(group + 1)}, true, std::move(made.bytes), {}};
    for (const auto& extent : made.extents) fragment.leaves.push_back({extent.offset, extent.size, static_cast<std::uint8_t>(extent.track), extent.key, extent.pts, extent.duration});
    EXPECT_TRUE(recorder.append(ids.back(), std::move(fragment)));
  }
  const auto last = (groups.size() - 2) / gops * gops;
  recorder.close(ids.back(), {time_of(last), time_of(groups.size() - 1)}, std::nullopt);
  recorder.flush();
  return ids;
}

SegmentId Exports::import_call(const std::string& file, const std::string& container, std::vector<storage::Pause> pauses) {
  storage::CallDetails details;
  details.source = "pbx";
  details.native_id = file;
  details.start = kStart;
  details.duration = Seconds(4);
  details.container = container;
  details.original_name = "07700900123.wav";
  details.parties.push_back({"remote", "07700900123", "+447700900123", {}, {}, {}});
  details.pauses = std::move(pauses);
  const File audio(file, File::Mode::read);
  return storage_->calls().import(details, "calls", audio, audio.size(), std::nullopt).id;
}

redaction::Plan Exports::plan(redaction::Mode mode, std::array<int, 4> box) const {
  redaction::Plan made;
  made.source = "front-door";
  made.mode = mode;
  made.tracks.push_back({{{at(0), box}, {at(3600), box}}});
  return made;
}

std::size_t Exports::ledger_entries() {
  std::size_t count = 0;
  for (const auto& entry : storage_->catalogue().ledger(0, 1000)) count += entry.act == "export" ? 1 : 0;
  return count;
}

}  // namespace tenure::disclosure::testing
