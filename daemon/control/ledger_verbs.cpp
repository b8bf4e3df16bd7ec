// ledger show, verify, checkpoint, prove, accept-rollback, and the ledger's part of status.
#include <boost/json/parse.hpp>

#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "storage/backup/restored_holds.h"
#include "storage/ledger/ledger.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::uint64_t kMostShown = 10'000, kMostNumber = INT64_MAX;

json::array hashes(const storage::merkle::Proof& proof) {
  json::array out;
  for (const auto& hash : proof) out.emplace_back(to_base64(hash));
  return out;
}

json::value show(const Call& call) {
  call.args.only({"from", "limit"});
  const auto from = call.args.number("from", 0, kMostNumber);
  return rows(call.rooms.storage.catalogue().ledger(from, call.args.number("limit", 100, kMostShown, /*least=*/1)));
}

json::value verify(const Call& call) {
  call.args.only({});
  return json::parse(storage::to_json(call.rooms.storage.ledger().verify()));
}

json::value checkpoint(const Call& call) {
  call.args.only({});
  auto& ledger = call.rooms.storage.ledger();
  const auto note = ledger.checkpoint("asked");
  const auto status = ledger.status();
  return json::object{{"note", note}, {"size", status.checkpointed}, {"at", time_or_null(status.checkpoint_at)}, {"key", status.key}};
}

json::value prove(const Call& call) {
  call.args.only({"entry", "from", "to"});
  auto& ledger = call.rooms.storage.ledger();
  if (call.args.has("entry")) {
    if (call.args.has("from") || call.args.has("to")) throw Error(ErrorKind::usage, "entry: is for one entry; from and to are for the growth of the ledger");
    const auto proof = ledger.prove(call.args.number("entry", 0, kMostNumber));
    return json::object{{"entry", proof.line}, {"index", proof.index}, {"size", proof.size}, {"inclusion", hashes(proof.inclusion)},
                        {"checkpoint", proof.note}, {"key", ledger.status().key}};
  }
  if (!call.args.has("from")) throw Error(ErrorKind::usage, "entry: say which entry, or --from and --to for the growth between two sizes");
  const auto growth = ledger.prove_growth(call.args.number("from", 0, kMostNumber), call.args.number("to", ledger.status().entries, kMostNumber));
  return json::object{{"from", growth.from}, {"to", growth.to}, {"from_root", to_base64(growth.from_root)},
                      {"to_root", to_base64(growth.to_root)}, {"consistency", hashes(growth.consistency)}};
}

std::uint64_t entry_to_erase(const Call& call) {
  call.args.only({"entry", "reason"});
  call.args.need("reason");
  if (!call.args.has("entry")) throw Error(ErrorKind::usage, "entry: is required: the number of the entry, as `tenure ledger show` has it");
  return call.args.number("entry", 0, kMostNumber, /*least=*/1);
}

// Nobody is asked about an entry that is not there or has nothing left to erase.
void must_have_detail(const Call& call) {
  const auto number = entry_to_erase(call);
  const auto found = call.rooms.storage.catalogue().ledger(number, 1);
  if (found.empty() || found.front().number != number) throw Error(ErrorKind::not_found, "entry: there is no ledger entry " + std::to_string(number));
  if (found.front().actor.empty()) throw Error(ErrorKind::refused, "entry: who and why of entry " + std::to_string(number) + " are erased already");
}

json::value erase_detail(const Call& call) {
  must_have_detail(call);
  const auto number = call.args.number("entry", 0, kMostNumber, /*least=*/1);
  const auto act = call.rooms.storage.ledger().erase_detail({number}, call.actor, call.args.need("reason"));
  return json::object{{"entry", number}, {"ledger_number", act}};
}

json::value accept_rollback(const Call& call) {
  call.args.only({"reason"});
  auto& storage = call.rooms.storage;
  const auto holds = storage::holds_of_last_restore(storage.catalogue());  // before the act, behind which that loss is an old one
  storage.ledger().accept_rollback(call.actor, call.args.need("reason"));
  auto answer = row(storage.ledger().status());
  answer["holds"] = holds ? json::value(storage::in_words(*holds)) : json::value();
  return answer;
}
}  // namespace

json::object row(const storage::LedgerStatus& status) {
  json::array copies;
  for (const auto& copy : status.copies)
    copies.push_back({{"folder", copy.folder}, {"copied_at", time_or_null(copy.copied_at)}, {"problem", copy.problem}});
  return {{"entries", status.entries}, {"published", status.published}, {"pruned", status.pruned}, {"checkpointed", status.checkpointed},
          {"checkpoint_at", time_or_null(status.checkpoint_at)}, {"key", status.key}, {"problem", status.problem},
          {"rolled_back", status.rolled_back}, {"copies", std::move(copies)}};
}

void add_ledger_verbs(std::vector<Verb>& table) {
  table.push_back({"ledger show", false, show, {}, Action::ledger});
  table.push_back({"ledger verify", false, verify, {}, Action::ledger});
  table.push_back({"ledger checkpoint", false, checkpoint, {}, Action::ledger});
  table.push_back({"ledger prove", false, prove, {}, Action::ledger});
  table.push_back({"ledger erase-detail", false, erase_detail, {}, Action::erase, false, must_have_detail});
  table.push_back({"ledger accept-rollback", false, accept_rollback, {}, Action::settings});
}

}  // namespace tenure::daemon
