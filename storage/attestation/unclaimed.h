// Keys that no recording has, and files that the catalogue does not know and that cannot be read. Which key is which
// file's cannot be told, for an attestation opens no key; so a key is called a deleted recording's only when there are
// more such keys than such files. One thread.
#pragma once
#include "storage/attestation/judge.h"

namespace tenure::storage::attestation {

class Unclaimed {
 public:
  // False when it is about neither: then it is told as it is.
  bool take(const Problem& problem);
  // When all has been taken. `is_folder_unread`: a folder of a vault, where nobody knows how many files lie.
  void tell(Findings& findings, bool is_folder_unread) const;

 private:
  struct Some {
    std::uint64_t count = 0;
    std::vector<Instance> first;  // at most kMostInstances
    void add(const Instance& where);
    void tell(Findings& findings, Fault fault) const;
  };
  void tell_keys(Findings& findings, std::uint64_t files) const;
  Some keys_, within_, past_;  // the files: within their time, and past their date
};

}  // namespace tenure::storage::attestation
