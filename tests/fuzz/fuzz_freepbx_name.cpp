// File names hold what callers send as their number and name.
#include <cstdlib>

#include "ingest/telephony/file_name.h"
#include "ingest/telephony/freepbx_name.h"
#include "ingest/telephony/times.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  const auto name = as_text({data, size});
  if (!ingest::is_utf8(ingest::masked(name))) std::abort();  // goes out as JSON
  ingest::kind_of(name);
  const auto parsed = ingest::parse_freepbx_name(name, "Europe/London", {"201", "202"});
  if (!parsed) return 0;
  if (!ingest::name_problem(name).empty()) std::abort();
  if (parsed->start < ingest::kEarliestCall || parsed->time_quality.empty()) std::abort();
  if (parsed->parties.size() > 2) std::abort();
  for (const auto& party : parsed->parties)
    if (party.number.find('/') != std::string::npos || party.number.size() > ingest::kLongestName) std::abort();
  return 0;
}
