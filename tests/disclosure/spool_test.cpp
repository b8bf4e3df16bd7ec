#include "disclosure/spool.h"

#include <gtest/gtest.h>

#include <boost/filesystem.hpp>

#include "base/entropy.h"

using namespace tenure;
using disclosure::Spool;

TEST(Spool, GivesBackWhatWasWrittenAtAnyOffsetAndLeavesNoFile) {
  const auto folder = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path();
  Spool spool(folder);
  Blob all(300'000);
  fill_random(all);
  for (std::size_t at = 0; at < all.size(); at += 7'777) spool.write(View(all).subspan(at, std::min<std::size_t>(7'777, all.size() - at)));
  spool.finish();
  ASSERT_EQ(spool.size(), all.size());
  const auto source = spool.source();
  for (const std::size_t at : {0u, 65'535u, 65'536u, 131'000u, 299'999u}) {
    Blob part(std::min<std::size_t>(70'000, all.size() - at));
    source.read(at, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(at))) << at;
  }
  EXPECT_TRUE(boost::filesystem::is_empty(folder));
  Blob beyond(2);
  EXPECT_THROW(source.read(299'999, beyond), std::exception);
  boost::filesystem::remove_all(folder);
}
