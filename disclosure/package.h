// The files of one export on their way to the receiver: counts and hashes what passes, and ends with the manifest that
// sha256sum -c verifies. Nothing is sent before its ledger entry exists and is signed (I13), because only announce() makes
// one; the signed checkpoint goes with the files, so that whoever has them is a witness. A second entry, by conclude(),
// says how it ended.
#pragma once
#include "base/digest.h"
#include "disclosure/export.h"

namespace tenure::disclosure {

class Package {
 public:
  // Writes the ledger entry, durable when it returns; if that fails nothing was sent. `subject` is JSON with ids, span and
  // kind, and no personal detail.
  static Package announce(const ExportContext& context, const std::string& subject, ExportSink& sink);

  // Runs `body`, which sends the files, then sends the manifest and writes the entry `export-done`: how many files and
  // bytes went out. When any of it throws, the entry is `export-failed`, with the same counts and why; then it throws on.
  ExportSummary conclude(const std::function<void()>& body);

  void begin(const std::string& name);
  void write(View bytes);
  Digest end();
  void progress(double done, const std::string& what) { sink_.progress(done, what); }
  // Throws Error{unavailable} when the receiver has cancelled.
  void check_cancelled() const;
  ExportSummary& summary() { return summary_; }

 private:
  Package(const ExportContext& context, ExportSink& sink) : context_(context), sink_(sink) {}
  // The last files: ledger-checkpoint.txt, and the manifest, `<hex>  <name>` for each of the others.
  void send_manifest();
  void append_end(const std::string& act, const std::string& reason);
  void append_failure(const std::string& why) noexcept;
  const ExportContext& context_;
  ExportSink& sink_;
  ExportSummary summary_;
  Sha256 hash_;
  std::string manifest_;
  std::size_t whole_files_ = 0;
  std::string checkpoint_;  // of the ledger, over this export's entry
};

// `20260302T140500Z`
std::string compact_time(Instant at);

}  // namespace tenure::disclosure
