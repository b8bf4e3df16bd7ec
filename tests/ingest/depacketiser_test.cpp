// RTP packets in, pictures out: byte for byte, whatever way the camera packs them and whatever is lost.
#include "rtp_stream.h"

namespace tenure::ingest::rtsp {
namespace {

using media::Codec;

const Blob kSps264 = *from_hex("6764001eacb405017fcb80880000030008000003019078b175"), kPps264 = *from_hex("68ef0fcb");

// A NAL unit with a body that no other of these tests has.
Blob nal264(std::uint8_t header, std::size_t size) { return filled({header}, size); }
Blob nal265(std::uint8_t type, std::size_t size) { return filled({static_cast<std::uint8_t>(type << 1), 1}, size); }

Blob aggregate(Blob header, const std::vector<Blob>& nals) {
  ByteWriter out;
  out.bytes(header);
  for (const auto& nal : nals) {
    out.u16(static_cast<std::uint16_t>(nal.size()));
    out.bytes(nal);
  }
  return out.take();
}

// The fragments of a NAL unit, `piece` bytes of it in each.
std::vector<Blob> fragments(Codec codec, const Blob& nal, std::size_t piece) {
  const bool h264 = codec == Codec::h264;
  const std::size_t header = h264 ? 1 : 2;
  const auto type = static_cast<std::uint8_t>(h264 ? nal[0] & 0x1f : nal[0] >> 1);
  std::vector<Blob> out;
  for (std::size_t at = header; at < nal.size(); at += piece) {
    const auto end = std::min(nal.size(), at + piece);
    Blob payload = h264 ? Blob{static_cast<std::uint8_t>((nal[0] & 0xe0) | 28)} : Blob{49 << 1, nal[1]};
    payload.push_back(static_cast<std::uint8_t>(type | (at == header ? 0x80 : 0) | (end == nal.size() ? 0x40 : 0)));
    payload.insert(payload.end(), nal.begin() + static_cast<std::ptrdiff_t>(at), nal.begin() + static_cast<std::ptrdiff_t>(end));
    out.push_back(payload);
  }
  return out;
}

void send_all(RtpStream& stream, const std::vector<Blob>& payloads, std::size_t lost = SIZE_MAX) {
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (i == lost) stream.lose();
    else stream.send(payloads[i], /*marker=*/i + 1 == payloads.size());
  }
}

void expect_picture(const AccessUnit& unit, const std::vector<Blob>& nals, std::int64_t time, bool damaged = false) {
  EXPECT_EQ(unit.nals, nals);
  EXPECT_EQ(unit.rtp_time, time);
  EXPECT_EQ(unit.damaged, damaged);
}

TEST(H264, SingleNalUnitsBecomeOnePictureAtTheMarker) {
  RtpStream stream(Codec::h264);
  const auto key = nal264(0x65, 900), second = nal264(0x65, 700), next = nal264(0x41, 500);
  for (const auto& nal : {kSps264, kPps264, key}) stream.send(nal, false);
  EXPECT_TRUE(stream.units.empty());
  stream.send(second, true);
  stream.step(3600).send(next, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[0], {kSps264, kPps264, key, second}, 0);
  expect_picture(stream.units[1], {next}, 3600);
  EXPECT_TRUE(stream.units[0].key);
  EXPECT_FALSE(stream.units[1].key);
}

TEST(H264, APictureWithoutAMarkerEndsAtTheNextTimestamp) {
  RtpStream stream(Codec::h264);
  const auto first = nal264(0x65, 50), next = nal264(0x41, 60);
  stream.send(first, false);
  stream.step(3600).send(next, false);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_picture(stream.units[0], {first}, 0);
}

TEST(H264, AStapIsTakenApart) {
  RtpStream stream(Codec::h264);
  const auto key = nal264(0x65, 300);
  stream.send(aggregate({0x78}, {kSps264, kPps264, key}), true);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_picture(stream.units[0], {kSps264, kPps264, key}, 0);
}

TEST(H264, AStapThatClaimsMoreThanItHoldsKeepsWhatIsWhole) {
  RtpStream stream(Codec::h264);
  const auto key = nal264(0x65, 300);
  auto packet = aggregate({0x78}, {key, nal264(0x41, 100)});
  packet.resize(packet.size() - 1);
  stream.send(packet, true);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_picture(stream.units[0], {key}, 0, /*damaged=*/true);
}

TEST(H264, FragmentsBecomeTheirNalUnit) {
  RtpStream stream(Codec::h264);
  const auto key = nal264(0x65, 20'000), next = nal264(0x41, 3'000);
  send_all(stream, fragments(Codec::h264, key, 1'400));
  stream.step(3600);
  send_all(stream, fragments(Codec::h264, next, 1'400));
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[0], {key}, 0);
  expect_picture(stream.units[1], {next}, 3600);
}

class LostFragment : public testing::TestWithParam<std::tuple<Codec, std::size_t>> {};

TEST_P(LostFragment, NeverLeavesAPartOfANalUnitAndDamageEndsWithTheNextPicture) {
  const auto [codec, lost] = GetParam();
  const bool h264 = codec == Codec::h264;
  const auto whole = h264 ? nal264(0x41, 200) : nal265(1, 200), cut = h264 ? nal264(0x41, 300) : nal265(1, 300);
  RtpStream stream(codec);
  stream.send(whole, false);  // one slice of the picture arrives whole, the other does not
  send_all(stream, fragments(codec, cut, 100), lost);
  stream.step(3600).send(whole, true);
  stream.step(3600).send(whole, true);
  ASSERT_EQ(stream.units.size(), 3u);
  expect_picture(stream.units[0], {whole}, 0, /*damaged=*/true);
  expect_picture(stream.units[1], {whole}, 3600, /*damaged=*/lost == 2);  // its own first packet might be the lost one
  expect_picture(stream.units[2], {whole}, 7200);
}
INSTANTIATE_TEST_SUITE_P(FirstMiddleLast, LostFragment,
                         testing::Combine(testing::Values(Codec::h264, Codec::h265), testing::Values(0u, 1u, 2u)));

TEST(H264, ALostPacketBetweenSinglesMarksThePicture) {
  RtpStream stream(Codec::h264);
  const auto first = nal264(0x41, 40), last = nal264(0x41, 50);
  stream.send(first, false);
  stream.lose().send(last, true);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_picture(stream.units[0], {first, last}, 0, /*damaged=*/true);
}

TEST(H264, ALostStapOfParameterSetsMarksTheKeyFrameAfterIt) {
  RtpStream stream(Codec::h264);
  const auto before = nal264(0x41, 40), key = nal264(0x65, 50);
  stream.send(before, true);
  stream.step(3600).lose().send(key, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[0], {before}, 0);
  expect_picture(stream.units[1], {key}, 3600, /*damaged=*/true);
}

TEST(H264, DuplicatesAndLatePacketsAreLeftOut) {
  RtpStream stream(Codec::h264);
  const auto first = nal264(0x65, 40), next = nal264(0x41, 50);
  stream.send(first, true);
  stream.again(first, true);
  stream.step(3600).send(next, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[1], {next}, 3600);
}

TEST(H264, WhatIsNotReadMarksThePictureAndIsNotKept) {
  for (const auto header : Blob{0x00, 0x79, 0x7a, 0x7b, 0x7d, 0x7e, 0x7f}) {
    RtpStream stream(Codec::h264);
    const auto slice = nal264(0x41, 40);
    stream.send({header, 1, 2, 3}, false);
    stream.send(slice, true);
    ASSERT_EQ(stream.units.size(), 1u);
    expect_picture(stream.units[0], {slice}, 0, /*damaged=*/true);
  }
}

TEST(H264, ANalUnitBeyondTheBoundIsDroppedAndTheNextPictureIsWhole) {
  RtpStream stream(Codec::h264);
  send_all(stream, fragments(Codec::h264, nal264(0x65, kMaxNal + 1), 60'000));
  const auto next = nal264(0x65, 100);
  stream.step(3600).send(next, true);
  stream.step(3600).send(next, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[0], {next}, 3600, /*damaged=*/true);
  expect_picture(stream.units[1], {next}, 7200);
}

TEST(H264, APictureWithoutEndStaysWithinItsBounds) {
  RtpStream stream(Codec::h264);
  for (std::size_t i = 0; i < 2 * kMaxNals; ++i) stream.send(nal264(0x41, 10), false);
  stream.step(3600).send(nal264(0x41, 10), true);
  ASSERT_EQ(stream.units.size(), 2u);
  EXPECT_EQ(stream.units[0].nals.size(), kMaxNals);
  EXPECT_TRUE(stream.units[0].damaged);
}

TEST(H264, EndlessNalUnitsThatAreNoPictureDoNotKeepPicturesOut) {
  RtpStream stream(Codec::h264);
  for (std::size_t i = 0; i < kMaxNals + 10; ++i) stream.send(nal264(0x06, 20), true);
  const auto key = nal264(0x65, 30);
  stream.step(3600).send(key, true);
  ASSERT_EQ(stream.units.size(), 1u);
  EXPECT_EQ(stream.units[0].nals.back(), key);
  EXPECT_LE(stream.units[0].nals.size(), kMaxNals);
}

TEST(H265, SingleAggregatedAndFragmentedUnitsKeepTheirBytes) {
  RtpStream stream(Codec::h265);
  const auto vps = nal265(32, 24), sps = nal265(33, 60), pps = nal265(34, 8), key = nal265(19, 9'000), next = nal265(1, 700);
  stream.send(aggregate({48 << 1, 1}, {vps, sps, pps}), false);
  send_all(stream, fragments(Codec::h265, key, 1'300));
  stream.step(3600).send(next, true);
  ASSERT_EQ(stream.units.size(), 2u);
  expect_picture(stream.units[0], {vps, sps, pps, key}, 0);
  EXPECT_TRUE(stream.units[0].key);
  expect_picture(stream.units[1], {next}, 3600);
}

TEST(H265, FragmentsKeepLayerAndTemporalId) {
  RtpStream stream(Codec::h265);
  Blob slice = nal265(1, 400);
  slice[0] |= 1;  // the layer id's highest bit
  slice[1] = 0x0a;
  auto payloads = fragments(Codec::h265, slice, 150);
  for (auto& payload : payloads) payload[0] |= 1;
  send_all(stream, payloads);
  ASSERT_EQ(stream.units.size(), 1u);
  expect_picture(stream.units[0], {slice}, 0);
}

TEST(H265, APacketTooShortForItsHeaderMarksThePicture) {
  for (const Blob& packet : {Blob{0x02}, Blob{49 << 1, 1}, Blob{50 << 1, 1, 0}}) {
    RtpStream stream(Codec::h265);
    const auto slice = nal265(1, 40);
    stream.send(packet, false);
    stream.send(slice, true);
    ASSERT_EQ(stream.units.size(), 1u);
    expect_picture(stream.units[0], {slice}, 0, /*damaged=*/true);
  }
}

}  // namespace
}  // namespace tenure::ingest::rtsp
