// The three ways out that part 1 has. Each: validates, checks may_read() for every piece, writes its ledger entry, and
// only then begins the first file of the sink. Blocks; runs on the jobs thread. Throws Error: usage (field and value),
// refused (expired, gap, not yet recorded: says what is there), not_found, corrupt.
#pragma once
#include <atomic>
#include <functional>

#include "disclosure/redaction/plan.h"
#include "storage/storage.h"

namespace tenure::disclosure {

// Receives files one after the other. The names are plain file names, never paths.
class ExportSink {
 public:
  virtual ~ExportSink() = default;
  virtual void begin_file(const std::string& name) = 0;
  virtual void write(View bytes) = 0;      // throws Error{unavailable} when the receiver has gone
  virtual void end_file() = 0;
  // 0 to 1, of what is being done: each step of an export begins anew. May be told before the ledger has the export:
  // it carries nothing of a recording.
  virtual void progress(double done, const std::string& what) = 0;
};

struct ExportContext {
  storage::Storage& storage;
  const Clock& clock;
  storage::Actor actor;
  std::string reason;               // may be empty in part 1
  Path worker;                      // tenure-worker
  Path staging;                     // for sealed, unnamed spools
  const std::atomic<bool>& cancelled;
};

struct ExportSummary {
  std::uint64_t ledger_number = 0;
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
  std::vector<storage::Gap> gaps;   // inside the span asked for
  std::vector<std::string> notes;   // for people: what was left out and why
};

struct SpanRequest {
  std::string source;
  Interval span;
};

// One MP4 (MOV where the sound is G.711) for each unbroken run with one parameter set, whole GOPs around the span;
// `<source>_<from>_<to>_MASTER_<n>.mp4`, then manifest-sha256.txt in sha256sum's form.
ExportSummary export_native(const ExportContext& context, const SpanRequest& request, ExportSink& sink);

// The original bytes under a safe name, and manifest-sha256.txt.
ExportSummary export_call(const ExportContext& context, const SegmentId& call, ExportSink& sink);

// `redacted.mp4`: exactly the span's pictures re-encoded; or `redacted.wav` for a call; and manifest-sha256.txt. A plan
// with problems is taken so that they, and how it fits the recording, are told in one Error{usage}.
ExportSummary export_redacted(const ExportContext& context, const SpanRequest& request, const redaction::PlanResult& plan, ExportSink& sink);
ExportSummary export_redacted_call(const ExportContext& context, const SegmentId& call, const redaction::PlanResult& plan, ExportSink& sink);

}  // namespace tenure::disclosure
