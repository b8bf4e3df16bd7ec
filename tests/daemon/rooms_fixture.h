// The daemon's rooms on a real storage in a temporary folder, without a socket, and a clock that tests move.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {

class RoomsTest : public testing::Test {
 protected:
  // More than `[storage] path`, which is folder_/state.
  explicit RoomsTest(const std::string& more_settings = {});
  ~RoomsTest() override;
  Path state() const { return folder_ / "state"; }
  void use_settings(const std::string& more);
  boost::json::value ask(const Asker& who, const std::string& verb, boost::json::object args,
                         disclosure::ExportSink* sink);
  // Of what must be refused.
  static Error refusal_of(const std::function<boost::json::value()>& ask);

  Path folder_;
  SimulatedClock clock_;
  std::shared_ptr<const config::Settings> settings_;
  std::unique_ptr<storage::Storage> storage_;
  SweepStatus sweep_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Access> access_;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace tenure::daemon
