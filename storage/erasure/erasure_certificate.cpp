#include "storage/erasure/erasure_certificate.h"

#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "storage/erasure/done_again.h"
#include "storage/people/full_name.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr const char* kClaim =
    "The recordings' keys were overwritten in place and their files removed; without its key a recording that remains on a"
    " disk or in a backup cannot be read. On solid-state disks overwriting is logical: a laboratory might recover a key from"
    " worn-out cells unless the disk is encrypted (tenure keys show gives the level).";

bool touches(const json::object& subject, const ErasureFacts& facts) {
  if (const auto* call = subject.if_contains("call"); call != nullptr && call->is_string())
    for (const auto& item : facts.items)
      if (item.id.text() == call->get_string()) return true;
  const auto *source = subject.if_contains("source"), *from = subject.if_contains("from"), *to = subject.if_contains("to");
  if (source == nullptr || from == nullptr || to == nullptr || !source->is_string() || !from->is_string() || !to->is_string()) return false;
  const auto start = parse_rfc3339(std::string_view(from->get_string())), end = parse_rfc3339(std::string_view(to->get_string()));
  for (const auto& item : facts.items)
    if (start && end && item.source == source->get_string() && item.span.overlaps({*start, *end})) return true;
  return false;
}

using Export = ErasureFacts::Export;

std::uint64_t number_in(const json::object& subject, const char* name) {
  const auto* value = subject.if_contains(name);
  return value != nullptr && value->is_int64() && value->get_int64() > 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

// An export's second entry names the first. Of one whose daemon was killed, or that is still under way, there is none.
void find_ends(sqlite::Connection& db, std::vector<Export>& exports) {
  std::map<std::uint64_t, Export*> begun;
  for (auto& one : exports) begun[one.ledger_number] = &one;
  if (begun.empty()) return;
  auto query = db.query("SELECT act = 'export-done', subject FROM ledger WHERE act IN ('export-done', 'export-failed') AND number > ?",
                        begun.begin()->first);
  while (query.step()) {
    boost::system::error_code wrong;
    const auto subject = json::parse(query.text(1), wrong);
    if (wrong || !subject.is_object()) continue;
    const auto found = begun.find(number_in(subject.get_object(), "export"));
    if (found == begun.end()) continue;
    auto& one = *found->second;
    one.end = query.truth(0) ? Export::End::done : Export::End::failed;
    one.files = number_in(subject.get_object(), "files");
    one.bytes = number_in(subject.get_object(), "bytes");
  }
}

// Whoever was given any of it has it still.
void find_exports(sqlite::Connection& db, ErasureFacts& facts) {
  auto query = db.query("SELECT l.number, l.at, l.subject, coalesce(d.actor, '') FROM ledger l LEFT JOIN ledger_detail d"
                        " ON d.number = l.number WHERE l.act = 'export' ORDER BY l.number");
  while (query.step()) {
    boost::system::error_code wrong;
    const auto subject = json::parse(query.text(2), wrong);
    if (wrong || !subject.is_object() || !touches(subject.get_object(), facts)) continue;
    const auto* kind = subject.get_object().if_contains("kind");
    Export one;
    one.ledger_number = query.natural(0);
    one.at = query.instant(1);
    one.actor = query.text(3);
    one.kind = kind != nullptr && kind->is_string() ? std::string(kind->get_string()) : "export";
    facts.exports.push_back(std::move(one));
  }
  find_ends(db, facts.exports);
}

std::string name_of(sqlite::Connection& db, const std::string& login) {
  auto query = db.query("SELECT display FROM person WHERE name = ?", login);
  return full_name(query.step() ? query.text(0) : std::string(), login);
}

json::array items_json(const ErasureFacts& facts) {
  json::array all;
  for (const auto& item : facts.items)
    all.push_back({{"id", item.id.text()}, {"source", item.source}, {"class", item.cls}, {"kind", item.kind == Kind::calls ? "call" : "footage"},
                   {"start", to_rfc3339(item.span.from)}, {"end", to_rfc3339(item.span.to)}, {"bytes", item.bytes},
                   {"digest", to_hex(item.digest)}, {"deleted_at", item.deleted_at ? json::value(to_rfc3339(*item.deleted_at)) : json::value()}});
  return all;
}

// Of one that a restore did again, whose first paper may say more.
constexpr const char* kKeysAsEver = "not made anew for this; those that there are go as ever, when they are 7 days old";
constexpr const char* kNotKnownHere =
    "this ledger does not have what was done between the backup of the data that was restored and that restore: the first"
    " certificate, if there was one, names the exports and the backups of the keys of that time";

json::object copy_of(std::string what, std::string why) { return {{"what", std::move(what)}, {"why", std::move(why)}}; }

std::string counted(std::uint64_t count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); }

std::string name_of(const Export& one) {
  auto name = "export (" + one.kind + ") of " + to_rfc3339(one.at) + ", ledger entry " + std::to_string(one.ledger_number);
  if (one.end == Export::End::failed) name += ", not finished";
  if (one.end == Export::End::not_known) name += ", end not recorded";
  return name;
}

// Bytes are counted once they were sent: of the piece that failed some may have left, too.
std::string why_out_of_reach(const Export& one) {
  const auto whom = one.actor.empty() ? std::string("somebody whose name was erased") : one.actor;
  if (one.end == Export::End::done) return "it was handed to " + whom + ", and whoever has it now decides over it";
  const auto begun = "it was begun for " + whom;
  if (one.end == Export::End::not_known)
    return begun + "; whether all of it left, a part or nothing is not recorded: ask there what of it exists, and have that removed";
  if (one.bytes == 0)
    return begun + " and failed before anything of it is known to have left: at most the beginning of one file can exist there";
  return begun + " and failed after " + counted(one.bytes, "byte") + ", " + counted(one.files, "whole file") +
         " among them, had left. The tenure command removes what came of an export that fails, unless it is killed: look there whether any is left";
}

json::array out_of_reach(const ErasureFacts& facts, bool done_again) {
  json::array all;
  if (done_again) all.push_back(copy_of("copies that are not known here", kNotKnownHere));
  for (const auto& one : facts.exports) all.push_back(copy_of(name_of(one), why_out_of_reach(one)));
  std::set<std::string> sources;
  for (const auto& item : facts.items) sources.insert(item.source);
  for (const auto& source : sources)
    if (const auto found = facts.other_copies.find(source); found != facts.other_copies.end()) all.push_back(copy_of(source, found->second));
  if (facts.key_backups)
    for (const auto& name : facts.key_backups->unreached)
      all.push_back(copy_of("key backup " + name, "its disk or folder could not be reached: with the recovery key it opens, in a data backup, those of these recordings that were there when it was made; destroy it"));
  all.push_back(copy_of("images of the whole machine", "snapshots and disk images taken by others bring keys back; destroy those from before this day"));
  return all;
}

json::object key_backups_json(const ErasureFacts& facts, bool done_again) {
  json::array made, unreached;
  if (done_again) return {{"made", made}, {"removed", 0}, {"unreached", unreached}, {"text", kKeysAsEver}};
  if (!facts.key_backups) return {{"made", made}, {"removed", 0}, {"unreached", unreached}, {"text", "no backup of the keys is kept"}};
  for (const auto& name : facts.key_backups->made) made.emplace_back(name);
  for (const auto& name : facts.key_backups->unreached) unreached.emplace_back(name);
  const bool none = made.empty() && unreached.empty();
  return {{"made", made}, {"removed", facts.key_backups->removed}, {"unreached", unreached},
          {"text", none ? "no backup of the keys is kept" : unreached.empty() ? "all older generations were removed" : "older generations exist that could not be reached"}};
}
}  // namespace

std::vector<SegmentId> ErasureFacts::ids() const {
  std::vector<SegmentId> all;
  all.reserve(items.size());
  for (const auto& item : items) all.push_back(item.id);
  return all;
}

ErasureFacts certificate_facts(sqlite::Connection& db, const Erasure& erasure) {
  ErasureFacts facts;
  std::set<std::uint64_t> entries;
  auto query = db.query("SELECT i.segment, i.source, i.class, i.kind, i.start_at, i.end_at, i.bytes, i.digest, t.deleted_at, t.ledger_sweep"
                        " FROM erasure_item i LEFT JOIN tombstone t ON t.segment = i.segment WHERE i.erasure = ? ORDER BY i.source, i.start_at", erasure.id);
  while (query.step()) {
    facts.items.push_back({query.id<SegmentId>(0), query.text(1), query.text(2), static_cast<Kind>(query.integer(3)),
                           {query.instant(4), query.instant(5)}, query.maybe_instant(8), query.natural(6), query.bytes<32>(7)});
    if (!query.is_null(9)) entries.insert(query.natural(9));
  }
  facts.entries.assign(entries.begin(), entries.end());
  find_exports(db, facts);
  facts.ordered_by_name = name_of(db, erasure.ordered_by);
  facts.approved_by_name = name_of(db, erasure.approved_by);
  return facts;
}

std::string make_certificate(const Erasure& erasure, const ErasureFacts& facts, Instant at) {
  json::array entries;
  for (const auto entry : facts.entries) entries.emplace_back(entry);
  const bool again = is_done_again(erasure);
  const auto when = to_rfc3339(erasure.ordered_at);
  json::object paper{
      {"schema", "tenure-erasure-1"}, {"practice", facts.practice.empty() ? json::value() : json::value(facts.practice)}, {"id", erasure.id.text()}, {"certified_at", to_rfc3339(at)}, {"ordered_at", again ? json::value() : json::value(when)},
      {"ordered_by", erasure.ordered_by}, {"approved_by", erasure.approved_by},
      {"ordered_by_name", facts.ordered_by_name}, {"approved_by_name", facts.approved_by_name}, {"reason", erasure.reason}, {"recordings", erasure.recordings},
      {"bytes", erasure.bytes}, {"items", items_json(facts)}, {"key_backups", key_backups_json(facts, again)}, {"out_of_reach", out_of_reach(facts, again)},
      {"claim", kClaim}, {"ledger", {{"order", erasure.ledger_number}, {"deleted", std::move(entries)}, {"checkpoint", facts.checkpoint}}}};
  if (again) paper["done_again_at"] = when;
  return json::serialize(paper);
}

}  // namespace tenure::storage
