#include "tests/daemon/rooms_fixture.h"

#include <boost/filesystem/operations.hpp>

#include "config/reader.h"

namespace tenure::daemon {
namespace json = boost::json;
namespace fs = boost::filesystem;

RoomsTest::RoomsTest(const std::string& more_settings)
    : folder_(fs::temp_directory_path() / fs::unique_path("tenure-rooms-%%%%%%%%")),
      clock_(*parse_rfc3339("2026-03-02T14:00:00Z")) {
  fs::create_directories(folder_);
  use_settings(more_settings);
  storage_ = std::make_unique<storage::Storage>(*settings_, clock_);
  sweep_.first_done = true;
  access_ = std::make_unique<Access>(*storage_, clock_, [this] { return settings_; }, action_of);
  rooms_ = std::make_unique<Rooms>(
      Rooms{*storage_, clock_, [this] { return settings_; }, [] { return std::vector<ingest::CameraStatus>(); },
            [] { return std::vector<ingest::DropFolderStatus>(); }, [this] { return sweep_; },
            [] { return std::vector<std::string>(); }, stopping_, clock_.now(), *access_});
}

RoomsTest::~RoomsTest() {
  storage_.reset();
  fs::remove_all(folder_);
}

void RoomsTest::use_settings(const std::string& more) {
  const auto read =
      config::parse_settings("[storage]\npath = \"" + state().string() + "\"\n" + more, folder_ / "tenure.toml");
  EXPECT_TRUE(read.ok()) << config::describe(read);
  settings_ = std::make_shared<const config::Settings>(read.settings);
}

json::value RoomsTest::ask(const Asker& who, const std::string& verb, json::object args, disclosure::ExportSink* sink) {
  return run_verb(*rooms_, {verb, std::move(args)}, who, sink);
}

Error RoomsTest::refusal_of(const std::function<json::value()>& ask) {
  try {
    return Error(ErrorKind::internal, "it was answered: " + json::serialize(ask()));
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace tenure::daemon
