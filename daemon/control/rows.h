// The rows of docs/reference/command-line.md as JSON: plain names, times in RFC 3339, sizes in bytes, spans in seconds.
// Pure.
#pragma once
#include <boost/json/value.hpp>

#include "disclosure/export.h"
#include "ingest/camera.h"
#include "ingest/drop_folder.h"
#include "storage/storage.h"

namespace tenure::daemon {

boost::json::object row(const storage::SegmentRow& segment);
boost::json::object row(const storage::CallRow& call);
boost::json::object row(const storage::Gap& gap);
boost::json::object row(const storage::SourceRow& source);
boost::json::object row(const storage::Hold& hold);
boost::json::object row(const storage::Approval& approval);
boost::json::object row(const storage::Person& person);
boost::json::object row(const storage::HoldSpan& span);
boost::json::object row(const storage::HoldReceipt& receipt);
boost::json::object row(const storage::PolicyRow& policy);
boost::json::object row(const storage::PolicyVersion& version);
boost::json::object row(const storage::LedgerEntry& entry);
boost::json::object row(const storage::VaultSpace& space);
boost::json::object row(const storage::BrokenPromise& broken);
boost::json::object row(const storage::SweepQuestion& question);
boost::json::object row(const storage::LedgerStatus& status);
boost::json::object row(const storage::SweepReport& report);
boost::json::object row(const storage::RecorderCounters& counters);
boost::json::object row(const ingest::CameraStatus& camera);
boost::json::object row(const ingest::DropFolderStatus& folder);
boost::json::object row(const disclosure::ExportSummary& summary);

// null when there is none.
boost::json::value time_or_null(const std::optional<Instant>& at);

template <typename Rows>
boost::json::array rows(const Rows& all) {
  boost::json::array array;
  for (const auto& one : all) array.push_back(row(one));
  return array;
}
boost::json::array texts(const std::vector<std::string>& all);

}  // namespace tenure::daemon
