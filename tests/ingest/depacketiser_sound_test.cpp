// RTP packets in, sound out: whole frames byte for byte, at their time, and nothing else.
#include "rtp_stream.h"

namespace tenure::ingest::rtsp {
namespace {

using media::Codec;

// AAC-hbr: 13 bits of size, 3 of index.
Blob aac_packet(const std::vector<std::size_t>& sizes, const std::vector<Blob>& frames) {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(16 * sizes.size()));
  for (const auto size : sizes) out.u16(static_cast<std::uint16_t>(size << 3));
  for (const auto& frame : frames) out.bytes(frame);
  return out.take();
}
Blob frame(std::size_t size) { return filled({0x21}, size); }
Blob piece(const Blob& whole, std::size_t from, std::size_t size) {
  const auto at = whole.begin() + static_cast<std::ptrdiff_t>(from);
  return aac_packet({whole.size()}, {Blob(at, at + static_cast<std::ptrdiff_t>(size))});
}

void expect_sound(const AccessUnit& unit, const Blob& bytes, std::int64_t time) {
  EXPECT_EQ(unit.data, bytes);
  EXPECT_EQ(unit.rtp_time, time);
  EXPECT_FALSE(unit.damaged);
}

TEST(Aac, SeveralFramesOfAPacketFollowEachOtherInTime) {
  RtpStream stream(Codec::aac);
  stream.send(aac_packet({100, 120, 90}, {frame(100), frame(120), frame(90)}), true);
  ASSERT_EQ(stream.units.size(), 3u);
  expect_sound(stream.units[0], frame(100), 0);
  expect_sound(stream.units[1], frame(120), 1024);
  expect_sound(stream.units[2], frame(90), 2048);
}

TEST(Aac, AFrameInPiecesIsPutTogether) {
  RtpStream stream(Codec::aac);
  const auto whole = frame(3'000);
  stream.send(piece(whole, 0, 1'400), false);
  stream.send(piece(whole, 1'400, 1'400), false);
  EXPECT_TRUE(stream.units.empty());
  stream.send(piece(whole, 2'800, 200), true);
  stream.step(1024).send(aac_packet({80}, {frame(80)}), true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_sound(stream.units[0], whole, 0);
  expect_sound(stream.units[1], frame(80), 1024);
}

class AacLoss : public testing::TestWithParam<std::size_t> {};
TEST_P(AacLoss, OfAPieceLosesThatFrameAndNoOther) {
  RtpStream stream(Codec::aac);
  const auto whole = frame(3'000);
  stream.send(aac_packet({60}, {frame(60)}), true);
  stream.step(1024);
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == GetParam()) stream.lose();
    else stream.send(piece(whole, i * 1'000, 1'000), i == 2);
  }
  stream.step(1024).send(aac_packet({80}, {frame(80)}), true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_sound(stream.units[0], frame(60), 0);
  expect_sound(stream.units[1], frame(80), 2048);
}
INSTANTIATE_TEST_SUITE_P(FirstMiddleLast, AacLoss, testing::Values(0u, 1u, 2u));

TEST(Aac, ALostPacketIsAStepInTimeAndTheFramesAfterItAreWhole) {
  RtpStream stream(Codec::aac);
  stream.send(aac_packet({60}, {frame(60)}), true);
  stream.step(2048).lose().send(aac_packet({70}, {frame(70)}), true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_sound(stream.units[1], frame(70), 2048);
}

TEST(Aac, LowBitRatePackingIsRead) {
  auto plan = track_of(Codec::aac);
  plan.aac = {6, 2, 2, 1024};
  RtpStream stream(plan);
  Blob packet{0, 16, 20 << 2, 30 << 2};
  for (const auto size : {20u, 30u}) {
    const auto bytes = frame(size);
    packet.insert(packet.end(), bytes.begin(), bytes.end());
  }
  stream.send(packet, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_sound(stream.units[0], frame(20), 0);
  expect_sound(stream.units[1], frame(30), 1024);
}

TEST(Aac, MalformedPacketsGiveNothingAndTheNextIsRead) {
  const std::vector<Blob> malformed = {
      {}, {0}, {0, 0}, {0, 16}, {0, 16, 1}, {0xff, 0xff, 1, 2, 3},
      {0, 15, 0, 8, 1},                                       // a header cut short
      aac_packet({0}, {}),                                    // a frame of no bytes
      {0, 32, 0, 8, 0, 9, 1, 1},                              // frames out of order
      aac_packet(std::vector<std::size_t>(65, 1), {frame(65)})};  // more than 64 frames
  for (const auto& packet : malformed) {
    RtpStream stream(Codec::aac);
    stream.send(packet, true);
    EXPECT_TRUE(stream.units.empty()) << to_hex(packet);
    stream.step(1024).send(aac_packet({80}, {frame(80)}), true);
    ASSERT_EQ(stream.units.size(), 1u) << to_hex(packet);
    expect_sound(stream.units[0], frame(80), 1024);
  }
}

TEST(Aac, APacketThatClaimsMoreFramesThanItHoldsGivesTheWholeOnes) {
  RtpStream stream(Codec::aac);
  stream.send(aac_packet({50, 60}, {frame(50), frame(59)}), true);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_sound(stream.units[0], frame(50), 0);
}

TEST(G711, EachPacketIsSoundByteForByteAndLossIsAStepInTime) {
  for (const auto codec : {Codec::alaw, Codec::ulaw}) {
    auto plan = track_of(codec);
    plan.info.clock_rate = 8'000;
    RtpStream stream(plan);
    stream.send(frame(160), false);
    stream.step(160).lose();
    stream.step(160).send(frame(161), false);
    stream.step(160).send({}, false);
    ASSERT_EQ(stream.units.size(), 2u);
    expect_sound(stream.units[0], frame(160), 0);
    expect_sound(stream.units[1], frame(161), 320);
    EXPECT_EQ(stream.units[1].codec, codec);
    EXPECT_EQ(stream.units[1].clock_rate, 8'000u);
  }
}

}  // namespace
}  // namespace tenure::ingest::rtsp
