#include "ingest/telephony/file_state.h"

namespace tenure::ingest {

namespace {
using What = Decision::What;
using media::Structure;

// A sentence as a part of a longer one.
std::string clause(std::string sentence) {
  while (sentence.ends_with('.')) sentence.pop_back();
  if (!sentence.empty() && sentence[0] >= 'A' && sentence[0] <= 'Z') sentence[0] = static_cast<char>(sentence[0] - 'A' + 'a');
  return sentence;
}

// Nothing when the structure allows the import.
std::optional<Decision> judge_structure(const Evidence& e) {
  const media::AudioFacts& facts = *e.facts;
  switch (facts.structure) {
    case Structure::empty: return Decision{What::problem, "holds no sound: the telephone system made it and recorded nothing"};
    case Structure::not_audio: return Decision{What::problem, "is not a WAV or MP3 recording" + (facts.why.empty() ? "" : ": " + clause(facts.why))};
    case Structure::open:
      if (e.age < kLongestOpen) return Decision{What::wait, "is still being written, by its own header"};
      return Decision{What::problem, "was never finished: its header still says that it is being written; repair it with the telephone system"};
    case Structure::truncated:
      return Decision{What::problem, "is cut off: " + (facts.why.empty() ? "its header promises more than there is" : clause(facts.why)) + "; it is taken when the rest arrives"};
    case Structure::undecided:
      if (e.sidecar != SidecarState::proves_whole && e.quiet < std::max(kUndecidedQuiet, e.settle)) return Decision{What::wait, ""};
      break;
    case Structure::complete: break;
  }
  if (facts.container != e.extension)
    return Decision{What::problem, "is named ." + e.extension + " and holds " + facts.container + "; rename it"};
  return std::nullopt;
}
}  // namespace

Tracked first_look(const FileStamp& stamp, Duration now) { return {stamp, now, now}; }

void Tracked::observe(const FileStamp& now_stamp, Duration now) {
  if (now_stamp == stamp) return;
  stamp = now_stamp;
  quiet_since = now;
}

Decision decide(const Evidence& e) {
  if (e.quiet < e.settle) return {};
  if (e.size > kLargestRecording) return {What::problem, "is larger than 2 GiB, which no call recording is"};
  if (!e.facts) return {What::check, ""};
  if (e.sidecar == SidecarState::settling) return {};
  if (const auto refused = judge_structure(e)) return *refused;
  if (e.sidecar == SidecarState::unusable) return {};  // the sidecar is listed with what is wrong
  if (e.sidecar != SidecarState::absent) return {What::import, ""};
  if (e.wants_sidecar && e.age < e.wait_for_sidecar) return {};
  return {What::import_without_sidecar, ""};
}

}  // namespace tenure::ingest
