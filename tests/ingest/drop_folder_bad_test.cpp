// What a watched folder does with bad input: it says what is wrong, takes nothing that is not whole, and loses nothing.
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/telephony/file_name.h"
#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;
using std::chrono::hours;
using std::chrono::minutes;

struct BadInput : CallsFolder {
  BadInput() : CallsFolder("freepbx") {}
  // Refused with `why`, left where it is, and taken once it is `mended`.
  void expect_refused_until_mended(const std::string& name, View bytes, const std::string& why, View mended) {
    put(name, bytes);
    pass();
    EXPECT_THAT(problem(name), HasSubstr(why));
    EXPECT_TRUE(calls().empty());
    EXPECT_EQ(sealed_files(), 0u);
    EXPECT_TRUE(lies(name));
    put(name, mended);
    pass();
    EXPECT_EQ(calls().size(), 1u);
    EXPECT_EQ(problem(name), "");
  }
};

struct BadSidecar : CallsFolder {
  // The recording waits and stays until the sidecar is right; `where` is the file that is listed.
  void expect_waits_for_correction(const std::string& text, const std::string& where, const std::string& why) {
    pbx.source_policy = "delete";
    open();
    put("a.wav", wav(32000));
    put("a.json", text);
    pass();
    EXPECT_THAT(problem(where), HasSubstr(why));
    pass(minutes(20));
    EXPECT_TRUE(calls().empty());
    EXPECT_TRUE(lies("a.wav") && lies("a.json"));
    put("a.json", sidecar());
    pass();
    EXPECT_EQ(only_call().details.native_id, "call-1");
    EXPECT_TRUE(status().problems.empty());
  }
};

TEST_F(BadInput, ATruncatedWavIsTakenWhenTheRestArrives) {
  expect_refused_until_mended("a.wav", wav_promising(32000, 16000), "is cut off", wav(32000));
}

TEST_F(BadInput, ATruncatedMp3IsTakenWhenTheRestArrives) {
  expect_refused_until_mended("a.mp3", mp3(25, 50), "is cut off", mp3(50, 50));
}

TEST_F(BadInput, AHeaderAloneIsNoRecording) {
  expect_refused_until_mended("a.wav", wav(0), "holds no sound", wav(32000));
}

TEST_F(BadInput, AnEmptyFileIsNoRecording) { expect_refused_until_mended("a.mp3", {}, "holds no sound", mp3(50, 50)); }

TEST_F(BadInput, AnMp3NamedWavIsSaidToBeOne) {
  expect_refused_until_mended("a.wav", mp3(50, 50), "is named .wav and holds mp3", wav(32000));
}

TEST_F(BadInput, AWavNamedMp3IsSaidToBeOne) {
  expect_refused_until_mended("a.mp3", wav(32000), "is named .mp3 and holds wav", mp3(50, 50));
}

TEST_F(BadInput, TextNamedWavIsNoRecording) {
  expect_refused_until_mended("a.wav", as_view(std::string(5000, 'x')), "is not a WAV or MP3 recording", wav(32000));
}

TEST_F(BadInput, ARecordingBeingWrittenIsWaitedForAtMostFourHours) {
  for (const std::uint32_t promised : {0u, 0xFFFF'FFFFu}) {
    const std::string name = promised == 0 ? "zero.wav" : "unknown.wav";
    put(name, wav_promising(promised, 32000));
    pass(hours(3));
    EXPECT_EQ(problem(name), "");
    EXPECT_EQ(status().waiting, 1u);
    pass(hours(1));
    EXPECT_THAT(problem(name), HasSubstr("was never finished"));
    EXPECT_TRUE(lies(name));
    const std::size_t before = calls().size();
    put(name, wav(32000, promised == 0 ? 3 : 4));
    pass();
    EXPECT_EQ(calls().size(), before + 1);
    EXPECT_EQ(problem(name), "");
  }
}

TEST_F(BadInput, AnMp3ThatTellsItsLengthIsTakenOnceSettled) {
  put("a.mp3", mp3(50, 50));
  pass();
  EXPECT_EQ(only_call().details.container, "mp3");
}

TEST_F(BadInput, AnMp3ThatCannotTellWhetherItIsWholeWaitsTwoMinutes) {
  put("a.mp3", mp3(50, 0));
  pass(Seconds(119));
  EXPECT_TRUE(calls().empty());
  EXPECT_EQ(status().waiting, 1u);
  put("a.mp3", mp3(60, 0));
  pass(Seconds(119));
  EXPECT_TRUE(calls().empty()) << "growing starts the wait anew";
  pass(Seconds(1));
  EXPECT_EQ(only_call().segment.plain_bytes, 60u * 417);
}

TEST_F(BadInput, AnMp3ThatGrewBeyondItsHeaderWaitsLikewise) {
  put("a.mp3", mp3(50, 40));
  pass();
  EXPECT_TRUE(calls().empty());
  pass(minutes(2));
  EXPECT_EQ(calls().size(), 1u);
}

TEST_F(BadInput, ASidecarWithItsSizeProvesAnMp3Whole) {
  put("a.mp3", mp3(50, 0));
  put("a.json", sidecar(R"(,"file":{"bytes":20850})"));
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
}

TEST_F(BadInput, OtherFilesAreListedAndTemporaryOnesLeftAlone) {
  for (const char* name : {"a.ogg", "notes.txt", "b.wav.part", "c.tmp", ".hidden.wav", ".folder/d.wav"}) put(name, wav(32000));
  pass();
  EXPECT_TRUE(calls().empty());
  EXPECT_EQ(status().problems.size(), 2u);
  EXPECT_THAT(problem("a.ogg"), HasSubstr("other formats come with a later version"));
  EXPECT_THAT(problem("notes.txt"), HasSubstr("neither"));
  boost::filesystem::rename(folder / "b.wav.part", folder / "b.wav");
  boost::filesystem::remove(folder / "notes.txt");
  pass();
  EXPECT_EQ(calls().size(), 1u);
  EXPECT_EQ(status().problems.size(), 1u) << "what is gone is forgotten";
}

TEST_F(BadInput, LinksAreNotFollowedAndPipesDoNotHoldItUp) {
  boost::filesystem::create_directories(root / "elsewhere");
  put("x.wav", wav(32000));
  boost::filesystem::rename(folder / "x.wav", root / "elsewhere" / "x.wav");
  boost::filesystem::create_symlink(root / "elsewhere" / "x.wav", folder / "file.wav");
  boost::filesystem::create_symlink(root / "elsewhere", folder / "inner");
  boost::filesystem::create_symlink(root / "nothing", folder / "dangling.wav");
  ASSERT_EQ(::mkfifo((folder / "pipe.wav").c_str(), 0600), 0);
  pass();
  EXPECT_TRUE(calls().empty());
  for (const char* name : {"file.wav", "inner", "dangling.wav"}) EXPECT_THAT(problem(name), HasSubstr("symbolic link")) << name;
  EXPECT_THAT(problem("pipe.wav"), HasSubstr("no ordinary file"));
}

TEST_F(BadInput, ASidecarThatIsALinkIsNotRead) {
  put("a.wav", wav(32000));
  File(root / "secret.json", File::Mode::create).write_at(0, as_view(sidecar()));
  boost::filesystem::create_symlink(root / "secret.json", folder / "a.json");
  pass();
  EXPECT_NE(only_call().details.native_id, "call-1");
  EXPECT_THAT(problem("a.json"), HasSubstr("symbolic link"));
}

TEST_F(BadInput, NamesWithControlBytesOrWithoutUtf8AreListedSafely) {
  put("line\nfeed.wav", wav(32000));
  put("\xff\xfe.wav", wav(32000, 2));
  pass();
  EXPECT_TRUE(calls().empty());
  ASSERT_EQ(status().problems.size(), 2u);
  for (const DropProblem& problem : status().problems) {
    EXPECT_THAT(problem.why, HasSubstr("rename it"));
    EXPECT_THAT(problem.file, Not(HasSubstr("\n")));
    EXPECT_TRUE(is_utf8(problem.file)) << problem.file;
  }
}

TEST_F(BadInput, LooksSixFoldersDeepAndSaysWhereItStops) {
  put("1/2/3/4/5/6/a.wav", wav(32000));
  put("1/2/3/4/5/6/deeper/b.wav", wav(32000, 2));
  pass();
  EXPECT_EQ(calls().size(), 1u);
  EXPECT_THAT(problem("deeper"), HasSubstr("six folders"));
}

TEST_F(BadInput, ARecordingOfMoreThanAWeekIsRefusedOnceAndForAll) {
  Blob slow = wav(700'000);
  slow[24] = 0xE8, slow[25] = 3;  // 1,000 samples a second
  slow[28] = 1, slow[29] = 0;     // and one byte: 8 days
  put("a.wav", slow);
  pass();
  EXPECT_THAT(problem("a.wav"), HasSubstr("a week"));
  EXPECT_THAT(problem("a.wav"), Not(HasSubstr("tried again")));
}

TEST_F(BadInput, OneBadFileHoldsUpNoOther) {
  put("1.wav", wav_promising(0, 32000));
  put("2.wav", as_view("no"));
  put("3.json", std::string("{"));
  put("3.wav", wav(32000));
  put("4.wav", wav(32000, 4));
  pass();
  EXPECT_EQ(only_call().segment.digest, sha256(wav(32000, 4)));
}

TEST_F(BadInput, NothingThatIsShownHoldsANumber) {
  put("07700900123/07700 900 123.ogg", wav(32000));
  put("in-201-07700900123-20260302-091201-1772442721.1.wav", wav_promising(9999, 100));
  put("+447700900123.json", std::string(R"({"schema":"tenure-call-1","direction":"07700900123"})"));
  put("+447700900123.wav", wav(32000));
  pass();
  EXPECT_EQ(status().problems.size(), 3u);
  for (const DropProblem& problem : status().problems) {
    EXPECT_THAT(problem.file + problem.why, Not(HasSubstr("900123")));
    EXPECT_THAT(problem.file + problem.why, Not(HasSubstr("900 123")));
  }
}

TEST_F(BadSidecar, ThatIsNoJson) { expect_waits_for_correction("{\"schema\":", "a.json", "is not JSON"); }
TEST_F(BadSidecar, ThatIsEmpty) { expect_waits_for_correction("", "a.json", "is not JSON"); }
TEST_F(BadSidecar, OfAnotherSchema) { expect_waits_for_correction(R"({"schema":"tenure-call-9"})", "a.json", "schema must be"); }
TEST_F(BadSidecar, ThatIsTooLarge) { expect_waits_for_correction(std::string(300'000, ' '), "a.json", "256 KiB"); }
TEST_F(BadSidecar, ThatLiesAboutTheSize) {
  expect_waits_for_correction(sidecar(R"(,"file":{"bytes":32043})"), "a.wav", "has 32044 bytes and its sidecar says 32043");
}
TEST_F(BadSidecar, ThatLiesAboutTheHash) {
  expect_waits_for_correction(sidecar(R"(,"file":{"sha256":")" + std::string(64, 'a') + "\"}"), "a.wav", "SHA-256");
}
TEST_F(BadSidecar, ThatIsForAnotherFile) {
  expect_waits_for_correction(sidecar(R"(,"file":{"name":"b.wav"})"), "a.json", "is for another file");
}
TEST_F(BadSidecar, ThatIsForAFileOutside) {
  expect_waits_for_correction(sidecar(R"(,"file":{"name":"../../etc/passwd"})"), "a.json", "is for another file");
}
TEST_F(BadSidecar, OfACallThatIsStillToCome) {
  std::string text = sidecar();
  text.replace(text.find("2026-03-02T09"), 10, "2036-03-02");
  expect_waits_for_correction(text, "a.json", "in the future");
}

TEST_F(BadSidecar, ThatIsRightAboutSizeAndHashIsBelieved) {
  put("a.wav", wav(32000));
  put("a.json", sidecar(R"(,"file":{"name":"a.wav","bytes":32044,"sha256":")" + to_hex(sha256(wav(32000))) + "\"}"));
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
}

}  // namespace
}  // namespace tenure::ingest::testing
