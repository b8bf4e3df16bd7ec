#include "storage/attestation/unclaimed.h"

#include <utility>

namespace tenure::storage::attestation {

void Unclaimed::Some::add(const Instance& where) {
  ++count;
  if (first.size() < kMostInstances) first.push_back(where);
}

void Unclaimed::Some::tell(Findings& findings, Fault fault) const {
  auto unnamed = count - first.size();
  for (const auto& where : first) findings.add(fault, where, 1 + std::exchange(unnamed, 0));
}

bool Unclaimed::take(const Problem& problem) {
  switch (problem.fault) {
    case Fault::key_without_recording:
      keys_.add(problem.where);
      return true;
    case Fault::key_of_unread_file:
      within_.add(problem.where);
      return true;
    case Fault::unread_past_date:
      past_.add(problem.where);
      return true;
    default:
      return false;
  }
}

void Unclaimed::tell(Findings& findings, bool is_folder_unread) const {
  const bool any_key = keys_.count > 0;
  within_.tell(findings, any_key ? Fault::key_of_unread_file : Fault::unreadable_header);
  past_.tell(findings, any_key ? Fault::unread_past_date : Fault::unreadable_header);
  const auto files = within_.count + past_.count;
  if (keys_.count <= files) return;
  const auto left = std::to_string(keys_.count - files);
  if (is_folder_unread)
    findings.say_more(Fault::folder_unread, "; " + left + (left == "1" ? " key" : " keys") +
                                                " that no recording known here has may be of what lies there");
  else
    tell_keys(findings, files);
}

// So many of them are certainly no file's; beside files that cannot be read it is not known which.
void Unclaimed::tell_keys(Findings& findings, std::uint64_t files) const {
  if (files == 0) return keys_.tell(findings, Fault::key_without_recording);
  const auto left = keys_.count - files;
  std::string places;
  for (const auto& where : keys_.first) places += (places.empty() ? "" : ", ") + where.place;
  if (keys_.count > keys_.first.size()) places += ", …";
  findings.add(Fault::key_without_recording, {{}, {}, std::to_string(left) + " of: " + places, {}}, left);
}

}  // namespace tenure::storage::attestation
