#include "storage/people/sessions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/people/person_rows.h"

namespace tenure::storage {

namespace {
constexpr Duration kSeenEvery = std::chrono::minutes(1);    // a commit for each request would be too many
constexpr std::size_t kTokenText = 64, kMostSessions = 10;  // of one person

// A token is 256 random bits: a plain hash of it cannot be guessed back.
std::optional<Digest> digest_of(const std::string& token) {
  if (token.size() != kTokenText) return std::nullopt;
  return sha256(as_view(token));
}

std::string subject_of(const std::string& person, std::uint32_t uid) {
  return boost::json::serialize(boost::json::object{{"person", person}, {"uid", uid}});
}

Failures read_failures(sqlite::Statement query) {
  if (!query.step()) return {};
  return {query.natural(0), query.instant(1)};
}
}  // namespace

void Sessions::use_up(Catalogue::Transaction& transaction, const Person& person, const UsedCode& code) {
  auto& db = transaction.db;
  if (code.recovery.empty())
    db.run("UPDATE person SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2", person.id, code.totp_step);
  else
    db.run("UPDATE recovery_code SET used_at = ?3 WHERE person = ?1 AND code = ?2 AND used_at IS NULL", person.id,
           code_token(person.id, code.recovery), clock_.now());
  if (db.changes() != 1) throw Error(ErrorKind::refused, "That code was used a moment ago: wait for the next one.");
}

std::string Sessions::begin(const Person& person, std::uint32_t uid, const UsedCode& code, const std::string& reason,
                            const std::string& case_reference) {
  Key random;
  fill_random(random);
  const auto token = to_hex(random);
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = clock_.now();
    const auto current = must_load_person(db, person.id);
    if (current.disabled_at) throw Error(ErrorKind::refused, "This person was disabled: ask the practice manager.");
    use_up(transaction, person, code);
    db.run("UPDATE person SET failures = 0 WHERE id = ?", person.id);
    db.run("DELETE FROM peer_failure WHERE uid = ?", uid);
    // The oldest give way: nobody is logged in at so many places.
    db.run(
        "DELETE FROM session WHERE person = ?1 AND token NOT IN"
        " (SELECT token FROM session WHERE person = ?1 ORDER BY started_at DESC LIMIT ?2)",
        person.id, std::uint64_t{kMostSessions - 1});
    db.run(
        "INSERT INTO session(token, person, uid, started_at, seen_at, proved_at, reason, case_reference) VALUES(?, ?, "
        "?, ?, ?, ?, ?, ?)",
        *digest_of(token), person.id, uid, now, now, now, reason, case_reference);
    insert_ledger(db, ledger_entry(now, current.actor(), code.recovery.empty() ? "login" : "login-recovery",
                                   subject_of(person.name, uid), reason));
  });
  return token;
}

void Sessions::prove(const std::string& token, const Person& person, const UsedCode& code) {
  const auto digest = digest_of(token);
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    use_up(transaction, person, code);
    transaction.db.run("UPDATE session SET proved_at = ?2 WHERE token = ?1", *digest, clock_.now());
    insert_ledger(transaction.db,
                  ledger_entry(clock_.now(), person.actor(), "login-fresh", subject_of(person.name, 0)));
  });
}

std::optional<Session> Sessions::find(const std::string& token, std::uint32_t uid, const SessionLimits& limits) {
  const auto digest = digest_of(token);
  if (!digest) return std::nullopt;
  const auto now = clock_.now();
  std::optional<Session> found = catalogue_.state().read([&](sqlite::Connection& db) -> std::optional<Session> {
    auto query = db.query(
        "SELECT person, uid, started_at, seen_at, proved_at, reason, case_reference FROM session WHERE token = ?",
        *digest);
    if (!query.step()) return std::nullopt;
    Session session{must_load_person(db, query.id<PersonId>(0)),
                    static_cast<std::uint32_t>(query.natural(1)),
                    query.instant(2),
                    query.instant(3),
                    query.instant(4),
                    query.text(5),
                    query.text(6),
                    {}};
    session.ends_at = std::min(std::max(now, session.seen_at) + limits.idle, session.started_at + limits.longest);
    return session;
  });
  if (!found) return std::nullopt;
  if (now >= found->seen_at + limits.idle || now >= found->started_at + limits.longest || found->person.disabled_at) {
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("DELETE FROM session WHERE token = ?", *digest);
    });
    return std::nullopt;
  }
  if (found->uid != uid) return std::nullopt;
  if (now >= found->seen_at + kSeenEvery)
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE session SET seen_at = ?2 WHERE token = ?1", *digest, now);
    });
  return found;
}

void Sessions::set_reason(const std::string& token, const std::string& reason, const std::string& case_reference) {
  const auto digest = digest_of(token);
  if (!digest) return;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE session SET reason = ?2, case_reference = ?3 WHERE token = ?1", *digest, reason,
                       case_reference);
  });
}

bool Sessions::end(const std::string& token, const Actor& actor) {
  const auto digest = digest_of(token);
  bool ended = false;
  if (!digest) return ended;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("DELETE FROM session WHERE token = ?", *digest);
    ended = transaction.db.changes() == 1;
    if (ended)
      insert_ledger(transaction.db, ledger_entry(clock_.now(), actor, "logout",
                                                 boost::json::serialize(boost::json::object{{"person", actor.name}})));
  });
  return ended;
}

void Sessions::remove_ended(const SessionLimits& limits) {
  const auto now = clock_.now();
  const auto ended = catalogue_.state().read([&](sqlite::Connection& db) {
    return db
        .query("SELECT 1 FROM session WHERE seen_at <= ? OR started_at <= ? LIMIT 1", now - limits.idle,
               now - limits.longest)
        .step();
  });
  if (!ended) return;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("DELETE FROM session WHERE seen_at <= ? OR started_at <= ?", now - limits.idle,
                       now - limits.longest);
  });
}

bool Sessions::knows_recovery(const PersonId& id, const std::string& code) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    return db
        .query("SELECT 1 FROM recovery_code WHERE person = ? AND code = ? AND used_at IS NULL", id,
               code_token(id, code))
        .step();
  });
}

Failures Sessions::failures_of(const std::optional<PersonId>& person) const {
  if (!person) return {};
  return catalogue_.state().read([&](sqlite::Connection& db) {
    return read_failures(db.query("SELECT failures, failed_at FROM person WHERE id = ?", *person));
  });
}

Failures Sessions::failures_by(std::uint32_t uid) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    return read_failures(db.query("SELECT failures, failed_at FROM peer_failure WHERE uid = ?", uid));
  });
}

void Sessions::note_failure(const std::optional<Person>& person, std::uint32_t uid, const std::string& why) {
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = clock_.now();
    if (person) db.run("UPDATE person SET failures = failures + 1, failed_at = ?2 WHERE id = ?1", person->id, now);
    db.run(
        "INSERT INTO peer_failure(uid, failures, failed_at) VALUES(?1, 1, ?2)"
        " ON CONFLICT(uid) DO UPDATE SET failures = failures + 1, failed_at = ?2",
        uid, now);
    insert_ledger(db, ledger_entry(now, {"tenured"}, "login-failed", subject_of(person ? person->name : "", uid), why));
  });
}

}  // namespace tenure::storage
