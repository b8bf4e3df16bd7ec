#include "daemon/control/permit.h"

#include <boost/json/serialize.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "daemon/control/approval_words.h"
#include "disclosure/redaction/plan.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::size_t kLongestReason = 2000, kLongestShown = 200;

// So much of a redaction plan that who approves it sees what kind it is, and the hash that it stands and falls with.
std::string plan_text(const std::string& text) {
  auto hash = "sha256:" + to_hex(sha256(as_view(text)));
  const auto read = disclosure::redaction::parse_plan(text);
  if (!read.is_document || !read.problems.empty()) return hash;
  const auto* mode = read.plan.mode == disclosure::redaction::Mode::subject ? "subject" : "cover";
  return fmt::format("mode {}, tracks: {}, muted spans: {}, {}", mode, read.plan.tracks.size(), read.plan.mute.size(), hash);
}

std::string value_text(const std::string& name, const json::value& value, const Args& args) {
  if (name == "from" || name == "to" || name == "review")
    if (const auto time = name == "review" ? args.review(name) : args.time(name)) return to_rfc3339(*time);
  const auto text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  if (name == "plan") return plan_text(text);
  if (const auto id = parse_raw_id(text)) return raw_id_text(*id);
  return text.size() <= kLongestShown ? text : "sha256:" + to_hex(sha256(as_view(text)));
}
}  // namespace

std::string subject_of_args(const json::object& object, const Args& args) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [key, value] : object)  // what proves who somebody is never lies where it can be read
    if (const std::string name(key); name != "reason" && name != "password" && name != "code" && !value.is_null())
      members.emplace_back(name, value_text(name, value, args));
  return storage::approval_subject(std::move(members));
}

Permit::Permit(const Rooms& rooms, Action action, json::object args, const Asker& asker, bool asks_itself)
    : rooms_(rooms), asker_(asker), args_(std::move(args)), asks_itself_(asks_itself) {
  case_ = take_text("case");
  if (const auto id = asks_itself ? std::string() : take_text("approval"); !id.empty()) {
    approval_ = storage::ApprovalId::parse(id);
    if (!approval_)
      throw Error(
          ErrorKind::usage,
          fmt::format("approval: \"{}\" is not an id (32 hexadecimal digits), as tenure approvals list shows it",
                      log_safe(id)));
  }
  grant_ = rooms.access.check(asker, action, case_);
  if (const auto id = approval_ ? approval_ : named_approval()) rooms.storage.approvals().must_still_be_alone(*id);
  take_reason(action);
}

// Of a verb that asks itself, which says what is wrong with it.
std::optional<storage::ApprovalId> Permit::named_approval() const {
  const auto* value = asks_itself_ ? args_.if_contains("approval") : nullptr;
  return value && value->is_string() ? storage::ApprovalId::parse(std::string(value->get_string())) : std::nullopt;
}

std::string Permit::take_text(const char* name) {
  const auto* value = args_.if_contains(name);
  if (!value || value->is_null()) return {};
  if (!value->is_string() || value->get_string().size() > kLongestReason)
    throw Error(ErrorKind::usage, fmt::format("{}: must be a text of at most {} characters", name, kLongestReason));
  std::string text(value->get_string());
  args_.erase(name);
  return text;
}

// The one given now counts, and is remembered for the login; else the one remembered.
void Permit::take_reason(Action action) {
  const auto* session = asker_.session ? &*asker_.session : nullptr;
  const bool taken = needs_reason(action);
  auto reason = taken ? take_text("reason") : std::string();
  auto case_reference = case_;
  const bool is_new = !reason.empty() || !case_reference.empty();
  reason_is_new_ = taken && is_new;
  if (session && !is_new) {
    reason = session->reason;
    case_reference = session->case_reference;
  }
  if (session && taken && reason.empty() && case_reference.empty())
    throw Error(ErrorKind::usage,
                "reason: say why these recordings are looked at: --reason, or --case; it stays for the login until you "
                "give another");
  if (session && taken && is_new) rooms_.storage.sessions().set_reason(asker_.token, reason, case_reference);
  if (taken)
    reason_ = case_reference.empty() ? reason : "case " + case_reference + (reason.empty() ? "" : ": " + reason);
}

json::value Permit::ask(std::string_view verb, std::string subject, const Args& args) const {
  const auto given = args.text("reason").value_or("");
  const auto& reason = reason_.empty() ? given : reason_;
  if (reason.empty()) throw Error(ErrorKind::usage, "reason: is required, for whoever is to approve this");
  const auto asked = rooms_.storage.approvals().ask(std::string(verb), std::move(subject), reason, asker_.actor);
  return json::object{{"state", "waiting"}, {"approval", ApprovalWords(rooms_, asker_).row_of_new(asked)}};
}

std::string Permit::use(std::string_view verb, const Args& args) const {
  const auto given = reason_is_new_ ? std::optional(reason_) : args.text("reason");
  const storage::ApprovedAct act{*approval_, std::string(verb), subject_of_args(args_, args), given};
  return rooms_.storage.approvals().use(act, asker_.actor).reason;
}

}  // namespace tenure::daemon
