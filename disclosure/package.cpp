#include "disclosure/package.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"

namespace tenure::disclosure {

static const char* const kManifest = "manifest-sha256.txt";
static const char* const kCheckpoint = "ledger-checkpoint.txt";

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
  try {
    package.checkpoint_ = context.storage.ledger().checkpoint("export");
  } catch (const Error& error) {
    package.append_failure(error.message());
    throw;
  }
  return package;
}

ExportSummary Package::conclude(const std::function<void()>& body) {
  try {
    body();
    send_manifest();
  } catch (const Error& error) {
    append_failure(error.message());
    throw;
  } catch (const std::exception& error) {
    append_failure(error.what());
    throw;
  }
  append_end("export-done", context_.reason);
  return std::move(summary_);
}

void Package::append_end(const std::string& act, const std::string& reason) {
  const boost::json::object subject{{"export", summary_.ledger_number}, {"files", whole_files_}, {"bytes", summary_.bytes}};
  storage::LedgerEntry entry;
  entry.at = context_.clock.now();
  entry.actor = context_.actor.name;
  entry.act = act;
  entry.subject = boost::json::serialize(subject);
  entry.reason = reason;
  context_.storage.catalogue().append_ledger(entry);
}

// What made the export fail may be what keeps the ledger from being written; the export's own error matters more.
void Package::append_failure(const std::string& why) noexcept {
  try {
    append_end("export-failed", why);
  } catch (const std::exception& error) {
    log_error("event=export-end-not-recorded export={} cause=\"{}\"", summary_.ledger_number, log_safe(error.what()));
  }
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
  ++whole_files_;
  manifest_ += to_hex(digest) + "  " + summary_.files.back() + "\n";
  return digest;
}

void Package::send_manifest() {
  begin(kCheckpoint);
  write(as_view(checkpoint_));
  end();
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
