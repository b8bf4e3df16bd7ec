#include "daemon/control/search_note.h"

#include <boost/json/serialize.hpp>

#include "daemon/control/rows.h"
#include "storage/ledger/plain_act.h"

namespace tenure::daemon {

void note_search(const Call& call, const std::string& act, const std::vector<std::string>& by, std::uint64_t found) {
  const auto* session = call.asker.session ? &*call.asker.session : nullptr;
  const auto given = call.args.text("reason").value_or("");
  auto reason = given.empty() && session ? session->reason : given;
  const auto named = call.case_reference.empty() && session ? session->case_reference : call.case_reference;
  if (!named.empty()) reason = "case " + named + (reason.empty() ? "" : ": " + reason);
  const boost::json::object subject{{"by", texts(by)}, {"found", found}};
  auto& rooms = call.rooms;
  storage::note_act(rooms.storage.catalogue(), rooms.clock.now(), call.actor, act, boost::json::serialize(subject),
                    reason);
}

}  // namespace tenure::daemon
