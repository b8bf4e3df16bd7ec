#include <sys/stat.h>

#include "practice.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;
using redaction::Mode;

namespace {
constexpr std::array<int, 4> kBox{80, 60, 120, 100};

struct WorkerDeath : Exports {
  WorkerDeath() { record(make_clip("in.mp4", "-f lavfi -i testsrc2=size=320x240:rate=25:duration=2", "-c:v libx264 -preset veryfast"), kStart, 2); }
  // How an export ends whose worker is this shell script.
  Error end_of(const std::string& script) {
    const auto program = path("worker");
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    ::chmod(program.c_str(), 0700);
    auto with = context();
    with.worker = program;
    Receiver receiver(folder_ / "out");
    try {
      export_redacted(with, span(0, 1), plan(Mode::subject, kBox), receiver);
    } catch (const Error& error) {
      EXPECT_TRUE(receiver.files.empty());
      return error;
    }
    return {ErrorKind::usage, "(it succeeded)"};
  }
};
}  // namespace

TEST_F(WorkerDeath, BeingKilledIsToldAsSuchAndDoesNotBlameTheRecording) {
  for (const auto& [signal, why] : {std::pair{"KILL", "memory was short"}, {"XCPU", "processor time"}, {"TERM", "by somebody"}}) {
    const auto error = end_of(std::string("kill -") + signal + " $$");
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_NE(error.message().find(std::string("was killed (SIG") + signal + ")"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find(why), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("Nothing of the recording is known to be bad. Try again, or export a shorter span."), std::string::npos);
  }
}

TEST_F(WorkerDeath, ACrashIsADefectOfOurs) {
  const auto error = end_of("kill -SEGV $$");
  EXPECT_EQ(error.kind(), ErrorKind::internal);
  EXPECT_NE(error.message().find("crashed (SIGSEGV)"), std::string::npos) << error.message();
}

TEST_F(WorkerDeath, OnlyAReportOfDamageBlamesTheRecording) {
  const auto corrupt = end_of("echo '{\"error\":\"The recording cannot be decoded: x.\",\"kind\":\"corrupt\"}' >&6; exit 1");
  EXPECT_EQ(corrupt.kind(), ErrorKind::corrupt);
  EXPECT_EQ(corrupt.message(), "The recording cannot be decoded: x.");
  EXPECT_EQ(end_of("echo '{\"error\":\"Out of memory.\",\"kind\":\"unavailable\"}' >&6; exit 1").kind(), ErrorKind::unavailable);
  EXPECT_EQ(end_of("echo nonsense >&6").kind(), ErrorKind::internal);
}

TEST_F(WorkerDeath, AWorkerThatCannotRunIsAClearError) {
  Receiver receiver(folder_ / "out");
  auto with = context();
  with.worker = "/bin/false";
  EXPECT_NE(refusal([&] { export_redacted(with, span(0, 4), plan(Mode::subject, kBox), receiver); }).find("The picture decoder stopped"), std::string::npos);
  with.worker = folder_ / "nowhere";
  EXPECT_NE(refusal([&] { export_redacted(with, span(0, 4), plan(Mode::subject, kBox), receiver); }).find("Cannot start the picture decoder"), std::string::npos);
  EXPECT_TRUE(receiver.files.empty());
}
