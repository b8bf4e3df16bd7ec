#include "storage/attestation/damaged.h"

namespace tenure::storage::attestation {

void tell_damaged(CatalogueLook& catalogue, Judge& judge, Findings& findings,
                  std::map<std::string, ClassReport>& classes) {
  catalogue.each_damaged([&](const RowLook& row) {
    const auto problem = judge.damaged(row);
    if (!problem) return;
    auto& one = classes[row.cls];
    one.name = row.cls;
    ++one.damaged;
    findings.add(problem->fault, problem->where);
  });
  std::string told;
  for (const auto& [name, one] : classes)
    if (one.damaged > 0) told += (told.empty() ? ": " : ", ") + std::to_string(one.damaged) + " of class " + name;
  findings.say_more(Fault::damaged, told);
}

}  // namespace tenure::storage::attestation
