// faults_practice: what the fault harnesses start. See tests/faults/README.md.
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/log.h"
#include "tests/faults/drivers.h"
#include "tests/faults/invariants.h"
#include "tests/faults/scenarios.h"

namespace tenure::faults {

namespace {
const std::map<std::string, Fault> kFaults{{"kill", Fault::kill},         {"torn", Fault::torn},
                                           {"eio-once", Fault::eio_once}, {"eio-ever", Fault::eio_ever},
                                           {"enospc-once", Fault::enospc_once}, {"enospc-ever", Fault::enospc_ever}};

int tell(const Tally& tally) {
  std::cout << "TALLY " << tally.points << " " << tally.violations << " " << tally.operations << "\n";
  return 0;
}

int check(const Path& folder, const std::string& file) {
  std::ostringstream lines;
  lines << std::ifstream(file).rdbuf();
  const auto found = violations_in(folder, Promises(lines.str()));
  for (const auto& violation : found) std::cout << violation << "\n";
  return found.empty() ? 0 : 1;
}

void must_have_shim() {
  if (!shim::is_there()) throw Error(ErrorKind::usage, "Start this with the shim in LD_PRELOAD.");
}

int act(const std::vector<std::string>& args) {
  const auto number = [&](std::size_t at) { return std::stol(args.at(at)); };
  const auto& verb = args.at(0);
  if (verb == "scenarios") {
    for (const auto& name : scenario_names()) std::cout << name << "\n";
    return 0;
  }
  if (verb == "run") {
    run_scenario(args.at(1), args.at(2));
    return 0;
  }
  if (verb == "empty") {
    delete_everything(args.at(1));
    return 0;
  }
  if (verb == "check") return check(args.at(1), args.at(2));
  if (verb == "search") return tell(search(args.at(1), args.at(2)));
  must_have_shim();
  if (verb == "points") return tell(kill_points(args.at(1), kFaults.at(args.at(2)), {number(3), number(4)}, args.at(5)));
  if (verb == "recoveries") return tell(recovery_points(args.at(1), {number(2), number(3)}, {number(4), number(5)}, args.at(6)));
  if (verb == "states") return tell(disk_states(args.at(1), std::stoull(args.at(2)), std::stoull(args.at(3)), args.at(4)));
  throw Error(ErrorKind::usage, "There is no verb " + verb + ".");
}
}  // namespace

}  // namespace tenure::faults

int main(int count, char** arguments) {
  try {
    tenure::start_log(tenure::LogLevel::warning, /*journal=*/true);
    return tenure::faults::act({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\nusage: faults_practice scenarios | run SCENARIO FOLDER | empty FOLDER | check FOLDER PROMISES | search IMAGE PATTERNS |\n"
                 "  points SCENARIO FAULT FIRST STRIDE WORK | recoveries SCENARIO FIRST STRIDE FIRST STRIDE WORK |\n"
                 "  states SCENARIO SEED COUNT WORK\n";
    return 2;
  }
}
