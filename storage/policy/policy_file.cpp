#include "storage/policy/policy_file.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/aead.h"
#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_rows.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr auto kPurpose = "tenure policy file";
constexpr std::size_t kLargestFile = 1 << 20;

Key file_key(const Key& root) { return hkdf_sha256(root, {}, "tenure policy file"); }

std::string to_text(const KeptPolicy& policy) {
  json::array classes;
  for (const auto& [row, since] : policy.classes)
    classes.push_back({{"class", row.cls},
                       {"period", to_string(row.period)},
                       {"since", micros_of(since)},
                       {"from_start", row.anchor == config::Anchor::capture_start}});
  json::object vaults;
  for (const auto& [name, id] : policy.vaults) vaults[name] = id;
  return json::serialize(
      json::object{{"schema", "tenure-policy-1"}, {"classes", std::move(classes)}, {"vaults", std::move(vaults)}});
}

KeptPolicy from_text(std::string_view text) {
  KeptPolicy policy;
  const auto value = json::parse(text);
  for (const auto& row : value.at("classes").as_array()) {
    const auto period = parse_period(std::string(row.at("period").as_string()));
    if (!period) throw Error(ErrorKind::corrupt, "a period in it is none");
    policy.classes.push_back(
        {{std::string(row.at("class").as_string()), *period,
          row.at("from_start").as_bool() ? config::Anchor::capture_start : config::Anchor::capture_end},
         instant_from_micros(row.at("since").as_int64())});
  }
  for (const auto& [name, id] : value.at("vaults").as_object())
    policy.vaults.emplace(std::string(name), std::string(id.as_string()));
  return policy;
}

std::optional<std::string> text_in(const Path& path, const Key& key) {
  if (!boost::filesystem::exists(path)) return std::nullopt;
  const auto plain = open_message(key, kPurpose, read_whole(path, kLargestFile));
  if (!plain)
    throw Error(ErrorKind::corrupt,
                "The policy file " + path.string() + " was not sealed with this installation's key.");
  return std::string(as_text(*plain));
}
}  // namespace

Path policy_file(const Path& state) { return state / "holds" / "policy"; }

KeptPolicy policy_in(Catalogue& catalogue) {
  KeptPolicy kept{{}, catalogue.known_vaults()};
  const auto classes = catalogue.policy();
  catalogue.state().read([&](sqlite::Connection& db) {
    for (const auto& row : classes)
      for (const auto& promise : promises_of(db, row.cls))
        kept.classes.push_back({{row.cls, promise.period, promise.anchor}, promise.since});
  });
  return kept;
}

void keep_policy(const Path& state, const Key& root, const KeptPolicy& policy) {
  const auto path = policy_file(state);
  const auto key = file_key(root);
  const auto text = to_text(policy);
  try {
    if (text_in(path, key) == text) return;
  } catch (const Error&) {  // damaged: written anew
  }
  make_directories(path.parent_path());
  write_durably(path, seal_message(key, kPurpose, as_view(text)));
}

std::optional<KeptPolicy> read_policy(const Path& state, const Key& root) {
  const auto path = policy_file(state);
  const auto text = text_in(path, file_key(root));
  if (!text) return std::nullopt;
  try {
    return from_text(*text);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::corrupt, "The policy file " + path.string() + " is none.", error.what());
  }
}

std::vector<KeptPromise> all_promises(sqlite::Connection& db, std::vector<KeptPromise> all) {
  auto query = db.query("SELECT json_extract(subject, '$.class'), json_extract(subject, '$.period'),"
                        " json_extract(subject, '$.anchor') LIKE '%start%', json_extract(subject, '$.in_force_at'), at FROM ledger"
                        " WHERE act IN ('policy-first', 'policy-in-force') ORDER BY number");
  while (query.step()) {
    const auto cls = query.text(0);
    const auto period = parse_period(query.text(1));
    const auto since = query.is_null(3) ? query.instant(4) : parse_rfc3339(query.text(3)).value_or(query.instant(4));
    const auto newer = [&](const KeptPromise& one) { return one.promise.cls == cls && one.since >= since; };
    if (!period || std::ranges::any_of(all, newer)) continue;
    all.push_back({{cls, *period, query.truth(2) ? config::Anchor::capture_start : config::Anchor::capture_end}, since});
  }
  return all;
}

void insert_promise(sqlite::Connection& db, const KeptPromise& kept) {
  const auto& [promise, since] = kept;
  const bool from_start = promise.anchor == config::Anchor::capture_start;
  db.run("UPDATE policy SET period = ?2, anchor = ?3, adopted_at = ?4 WHERE class = ?1", promise.cls,
         to_string(promise.period), from_start, since);
  if (db.changes() == 0) {
    db.run("INSERT INTO policy(class, period, anchor, adopted_at) VALUES(?, ?, ?, ?)", promise.cls,
           to_string(promise.period), from_start, since);
    return;
  }
  db.run("INSERT INTO policy_version(class, period, anchor, asked_at, asked_by, reason, as_of, effective_at, in_force_at,"
         " dated_at) VALUES(?1, ?2, ?3, ?4, 'tenured', 'as it was before the catalogue was rebuilt', ?4, ?4, ?4, ?4)",
         promise.cls, to_string(promise.period), from_start, since);
}

}  // namespace tenure::storage
