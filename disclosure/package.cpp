#include "disclosure/package.h"

#include "base/error.h"

namespace tenure::disclosure {

static const char* const kManifest = "manifest-sha256.txt";

Package Package::announce(const ExportContext& context, const std::string& subject, ExportSink& sink) {
  Package package(context, sink);
  package.check_cancelled();
  storage::LedgerEntry entry;
  entry.at = context.clock.now();
  entry.actor = context.actor.name;
  entry.act = "export";
  entry.subject = subject;
  entry.reason = context.reason;
  package.summary_.ledger_number = context.storage.catalogue().append_ledger(entry);
  return package;
}

void Package::check_cancelled() const {
  if (context_.cancelled.load()) throw Error(ErrorKind::unavailable, "The export was cancelled.");
}

void Package::begin(const std::string& name) {
  sink_.begin_file(name);
  summary_.files.push_back(name);
}

void Package::write(View bytes) {
  check_cancelled();
  hash_.update(bytes);
  sink_.write(bytes);
  summary_.bytes += bytes.size();
}

Digest Package::end() {
  sink_.end_file();
  const auto digest = hash_.finish();
  manifest_ += to_hex(digest) + "  " + summary_.files.back() + "\n";
  return digest;
}

void Package::finish() {
  const auto text = manifest_;
  begin(kManifest);
  write(as_view(text));
  end();
  progress(1, "done");
}

std::string compact_time(Instant at) {
  std::string text = to_rfc3339(std::chrono::floor<Seconds>(at));
  std::erase(text, '-');
  std::erase(text, ':');
  return text;
}

}  // namespace tenure::disclosure
