// A test that hangs is named, with where it hangs; CTest's time limit would end the program without a word.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" __attribute__((weak)) void __sanitizer_print_stack_trace();

namespace {

constexpr unsigned kLongest = 900;  // seconds for one test, on a busy machine too
char running[256];                  // a handler may not allocate

void tell(int) {
  [[maybe_unused]] const auto told = ::write(STDERR_FILENO, running, std::strlen(running));
  if (__sanitizer_print_stack_trace != nullptr) __sanitizer_print_stack_trace();
  std::abort();
}

struct Watchdog : testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    const std::string text = std::string("\nstill running after 900 s: ") + test.test_suite_name() + "." + test.name() + "\n";
    std::fill(std::begin(running), std::end(running), '\0');
    std::copy_n(text.begin(), std::min(text.size(), sizeof running - 1), running);
    ::alarm(kLongest);
  }
  void OnTestEnd(const testing::TestInfo&) override { ::alarm(0); }
};

const bool watching = [] {
  ::signal(SIGALRM, tell);
  testing::UnitTest::GetInstance()->listeners().Append(new Watchdog);  // which owns it
  return true;
}();

}  // namespace
