// The promise report can say no: every kind of violation there is, planted in a real practice, is found as that kind
// and as no other, with the verdict that its weight makes.
#include <algorithm>
#include <regex>

#include "storage/attestation/findings.h"
#include "tests/storage/attestation_plantings.h"

namespace tenure::storage {
namespace {

const attestation::FaultWords* words_of(const std::string& kind) {
  const auto all = attestation::fault_words();
  const auto found = std::ranges::find_if(all, [&](const auto& words) { return words.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

const char* verdict_by(Weight weight) {
  if (weight == Weight::broken) return "broken";
  return weight == Weight::unsure ? "unsure" : "kept";
}

class EachKind : public testing::TestWithParam<Planting> {};

TEST_P(EachKind, OfViolationThatIsPlantedIsFoundAndNoOther) {
  const auto& planting = GetParam();
  const auto* words = words_of(planting.kind);
  ASSERT_NE(words, nullptr) << "there is no such kind";
  AttestedPractice practice;
  auto order = practice.order();
  const auto before = order.time;
  planting.plant(practice, order);
  if (order.time.lo == before.lo && order.time.hi == before.hi && order.time.line == before.line)
    order.time = practice.clock.trusted();  // the planting took its time
  const auto report = attest(order);
  EXPECT_EQ(found_in(report), std::string(planting.kind) + " " + std::to_string(planting.count));
  EXPECT_EQ(verdict_of(report), verdict_by(words->weight));
  EXPECT_NE(to_json(report).find("\"kind\":\"" + std::string(planting.kind) + "\""), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Attestation, EachKind, testing::ValuesIn(plantings()), [](const auto& given) {
  std::string name = given.param.kind;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Attestation, EveryKindOfFindingHasItsPlanting) {
  std::multiset<std::string> planted, known;
  for (const auto& one : plantings()) planted.insert(one.kind);
  for (const auto& words : attestation::fault_words()) known.insert(words.kind);
  EXPECT_EQ(planted, known) << "a kind that nobody plants is a kind that nobody knows to be found";
}

TEST(Attestation, EveryKindOfFindingStandsInTheReferenceWithItsWeight) {
  const auto page = read_whole(Path(TENURE_SOURCE) / "docs/reference/promise-report.md");
  const std::string text(as_text(page));
  std::map<std::string, std::string> told;
  const std::regex row(R"(\n\| ([a-z-]+(?:, [a-z-]+)*) \| (broken|unsure|fault) \|)");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), row); at != std::sregex_iterator(); ++at) {
    const auto kinds = (*at)[1].str();
    const std::regex kind("[a-z-]+");
    for (auto one = std::sregex_iterator(kinds.begin(), kinds.end(), kind); one != std::sregex_iterator(); ++one)
      EXPECT_TRUE(told.emplace(one->str(), (*at)[2].str()).second) << one->str() << " stands there twice";
  }
  std::map<std::string, std::string> known;
  for (const auto& words : attestation::fault_words())
    known[words.kind] = words.weight == Weight::fault ? "fault" : verdict_by(words.weight);
  EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace tenure::storage
