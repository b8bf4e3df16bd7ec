#include "storage/erasure/erasures.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/done_again.h"
#include "storage/erasure/erasure_certificate.h"
#include "storage/erasure/kept_erasures.h"
#include "storage/holds/hold_request.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr std::size_t kLongestReason = 2'000;
const std::string kColumns =
    "SELECT id, ordered_at, ordered_by, approved_by, reason, entry, certified_at, certificate,"
    " (SELECT count(*) FROM erasure_item i WHERE i.erasure = e.id),"
    " (SELECT coalesce(sum(bytes), 0) FROM erasure_item i WHERE i.erasure = e.id) FROM erasure e ";

Erasure read_erasure(const sqlite::Statement& row) {
  Erasure erasure;
  erasure.id = row.id<ErasureId>(0);
  erasure.ordered_at = row.instant(1);
  erasure.ordered_by = row.text(2);
  erasure.approved_by = row.text(3);
  erasure.reason = row.text(4);
  erasure.ledger_number = row.natural(5);
  erasure.certified_at = row.maybe_instant(6);
  erasure.certificate = row.text(7);
  erasure.recordings = row.natural(8);
  erasure.bytes = row.natural(9);
  return erasure;
}

std::string approver(sqlite::Connection& db, const std::optional<ApprovalId>& approval) {
  if (!approval) return {};
  auto query = db.query("SELECT decided_by FROM approval WHERE id = ?", *approval);
  if (!query.step()) return {};
  const auto who = query.text(0);
  return who.empty() ? "nobody else could: 24 hours passed instead" : who;
}

std::string order_subject(const Erasure& erasure, const ErasurePlan& plan) {
  auto subject = json::parse(plan.subject()).as_object();
  subject["erasure"] = erasure.id.text();
  return json::serialize(subject);
}

void insert_order(sqlite::Connection& db, const Erasure& erasure, const ErasurePlan& plan) {
  db.run("INSERT INTO erasure(id, ordered_at, ordered_by, approved_by, reason, entry) VALUES(?, ?, ?, ?, ?, ?)", erasure.id,
         erasure.ordered_at, erasure.ordered_by, erasure.approved_by, erasure.reason, erasure.ledger_number);
  for (const auto& row : plan.free)
    db.run("INSERT INTO erasure_item VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", erasure.id, row.id, row.source, row.cls,
           static_cast<int>(row.kind), row.span.from, row.span.to, row.bytes, row.digest);
}

// Ordered, and nothing of it left but tombstones.
std::vector<Erasure> to_certify(sqlite::Connection& db) {
  std::vector<Erasure> all;
  auto query = db.query(kColumns + "WHERE certified_at IS NULL AND NOT EXISTS(SELECT 1 FROM erasure_item i"
                                   " JOIN segment s ON s.id = i.segment WHERE i.erasure = e.id) ORDER BY id");
  while (query.step()) all.push_back(read_erasure(query));
  return all;
}
}  // namespace

Erasures::Erasures(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser, Ledger& ledger, const Key& root,
                   std::map<std::string, std::string> other_copies, Path state)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), eraser_(eraser), ledger_(ledger), root_(root),
      other_copies_(std::move(other_copies)), state_(std::move(state)) {}

ErasurePlan Erasures::preview(const ErasureRequest& request) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) { return plan_in(db, request, time); });
}

Erasure Erasures::order(const ErasureRequest& request, const std::string& reason, const Actor& actor,
                        const std::optional<ApprovalId>& approval) {
  check_hold_text("reason", reason, kLongestReason);
  if (actor.name.empty()) throw Error(ErrorKind::internal, "Nobody is named as ordering the erasure.");
  Erasure made;
  const auto choose = [&](Catalogue::Transaction& transaction, const TrustedTime& time) {
    auto& db = transaction.db;
    const auto plan = plan_in(db, request, time);
    must_be_allowed(plan);
    if (approval) use_approval(transaction, {*approval, "erase", plan.subject(), reason}, actor, time);
    made = {ErasureId::make(time.best()), time.best(), actor.name, approver(db, approval), reason, plan.free.size(), bytes_of(plan.free), 0, {}, {}};
    made.ledger_number = insert_ledger(db, ledger_entry(time.best(), actor, "erasure-order", order_subject(made, plan), reason));
    insert_order(db, made, plan);
    return plan.free;
  };
  try {
    eraser_.erase(Cause::erasure, choose);
  } catch (const Error& error) {
    // Once it is committed the order stands, and the sweep goes on with it.
    if (made.ledger_number == 0 || !is_ordered(made.id)) throw;
    log_error("event=erasure-goes-on erasure={} cause=\"{}\" effect=\"the next sweep goes on with it\"", made.id.text(), log_safe(error.what()));
  }
  keep_all();
  certify();
  return show(made.id);
}

// A full disk stops no erasure: it is tried again with the next.
void Erasures::keep_all() {
  const std::scoped_lock lock(certifying_);
  try {
    keep_erasures(catalogue_, state_, root_);
    all_kept_ = true;
  } catch (const std::exception& error) {
    all_kept_ = false;
    log_error("event=erasure-file-not-written cause=\"{}\" effect=\"it is tried again at the next sweep\"", error.what());
  }
}

std::size_t Erasures::certify() {
  const auto made = certify_due();
  if (made > 0 || !all_kept_) keep_all();
  return made;
}

std::size_t Erasures::certify_due() {
  const std::scoped_lock lock(certifying_);
  const auto due = catalogue_.state().read([](sqlite::Connection& db) { return to_certify(db); });
  std::size_t made = 0;
  const bool in_doubt = clock_.trusted().line.has_value();
  for (const auto& erasure : due) {
    if (in_doubt && is_done_again(erasure)) continue;  // its date is, too
    try {
      certify_one(erasure);
      ++made;
    } catch (const Error& error) {
      log_error("event=erasure-not-certified erasure={} cause=\"{}\" effect=\"it is tried again\"", erasure.id.text(), error.what());
    }
  }
  return made;
}

// What was made from the recordings, then the keys' backups, then the proof, then the paper. Backups of the keys that a
// restore was just made from stay as long as ever: somebody may have to make it again, from other data.
void Erasures::certify_one(Erasure erasure) {
  auto facts = catalogue_.state().read([&](sqlite::Connection& db) { return certificate_facts(db, erasure); });
  for (const auto& remove : derived_) remove(facts.ids());
  if (renew_key_backups_ && !is_done_again(erasure)) facts.key_backups = renew_key_backups_();
  facts.checkpoint = ledger_.checkpoint("erasure");
  facts.other_copies = *other_copies_.lock();
  facts.practice = *practice_.lock();
  const auto now = clock_.now();
  erasure.certificate = make_certificate(erasure, facts, now);
  const auto subject = json::serialize(json::object{{"erasure", erasure.id.text()}, {"sha256", to_hex(sha256(as_view(erasure.certificate)))}});
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE erasure SET certified_at = ?2, certificate = ?3 WHERE id = ?1", erasure.id, now, erasure.certificate);
    insert_ledger(transaction.db, ledger_entry(now, {"tenured"}, "erasure-certificate", subject));
  });
}

bool Erasures::is_ordered(const ErasureId& id) const {
  return catalogue_.state().read([&](sqlite::Connection& db) { return db.query("SELECT 1 FROM erasure WHERE id = ?", id).step(); });
}

std::vector<Erasure> Erasures::list() const {
  return catalogue_.state().read([](sqlite::Connection& db) {
    std::vector<Erasure> all;
    auto query = db.query(kColumns + "ORDER BY ordered_at DESC, id DESC LIMIT 1000");
    while (query.step()) all.push_back(read_erasure(query));
    return all;
  });
}

Erasure Erasures::show(const ErasureId& id) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    auto query = db.query(kColumns + "WHERE id = ?", id);
    if (!query.step())
      throw Error(ErrorKind::not_found, "There is no erasure with the id " + id.text() +
                                            " here: see tenure erase list, where one that a restore did again has another id.");
    return read_erasure(query);
  });
}

std::map<std::string, std::string> other_copies(const config::Settings& settings) {
  std::map<std::string, std::string> copies;
  for (const auto& camera : settings.cameras)
    copies[camera.name] = "a memory card in the camera, or another recorder connected to it, may hold the same footage: empty it there";
  for (const auto& calls : settings.calls) {
    auto& text = copies[calls.name];
    text = calls.provider.empty() ? "the telephone system and its supplier may hold their own copy: ask for its deletion there"
                                  : calls.provider + " keeps its own copy: ask for its deletion there";
    if (calls.source_policy == "keep")
      text.insert(0, "the files that arrived still lie in " + calls.folder.string() + " (source_policy = \"keep\"): remove them there; ");
  }
  return copies;
}

}  // namespace tenure::storage
