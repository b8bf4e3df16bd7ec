// Against published vectors: FIPS 180-4, RFC 4231, RFC 5869, and the GCM specification's test case 16 style properties.
#include <gtest/gtest.h>

#include "base/aead.h"
#include "base/entropy.h"
#include "base/id.h"

namespace tenure {
namespace {

TEST(Digest, Sha256OfAbc) {
  EXPECT_EQ(to_hex(sha256(as_view("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.update(as_view("ab")).update(as_view("c"));
  EXPECT_EQ(hash.finish(), sha256(as_view("abc")));
  EXPECT_EQ(hash.update(as_view("abc")).finish(), sha256(as_view("abc"))) << "finish() begins anew";
}

TEST(Digest, HmacOfRfc4231Case2) {
  EXPECT_EQ(to_hex(hmac_sha256(as_view("Jefe"), as_view("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, HkdfOfRfc5869Case1) {
  const auto key = hkdf_sha256(Blob(22, 0x0b), *from_hex("000102030405060708090a0b0c"), as_text(*from_hex("f0f1f2f3f4f5f6f7f8f9")));
  EXPECT_EQ(to_hex(key), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(Aead, EveryFlippedBitIsFound) {
  Key key;
  fill_random(key);
  Blob sealed = seal_message(key, "test", as_view("a recording"));
  EXPECT_EQ(as_text(*open_message(key, "test", sealed)), "a recording");
  EXPECT_FALSE(open_message(key, "other", sealed));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] = static_cast<std::uint8_t>(sealed[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_FALSE(open_message(key, "test", sealed)) << bit;
    sealed[bit / 8] = static_cast<std::uint8_t>(sealed[bit / 8] ^ (1u << (bit % 8)));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) EXPECT_FALSE(open_message(key, "test", View(sealed).first(size)));
}

TEST(Aead, MatchesTheGcmSpecificationsTestCase14) {
  std::array<std::uint8_t, 32> out{};
  Aead(Key{}).seal(Nonce{}, {}, Blob(16, 0), out.data());
  EXPECT_EQ(to_hex(out), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Bytes, Base64FollowsRfc4648) {
  EXPECT_EQ(to_base64(as_view("foobar")), "Zm9vYmFy");
  EXPECT_EQ(to_base64(as_view("fooba")), "Zm9vYmE=");
  for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(as_text(from_base64(to_base64(as_view(text))).value()), text);
  EXPECT_EQ(as_text(from_base64("Zm9vYg").value()), "foob") << "cameras leave the padding out";
  for (const char* text : {"Z", "Zm9v YmE=", "Zm9vYmE===", "Zm=v", "Zm9\xff"}) EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Bytes, AReaderNeverPassesItsEnd) {
  ByteReader reader(as_view("abc"));
  EXPECT_EQ(reader.u16(), 0x6162);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.left(), 0u);
}

TEST(Ids, SortByTimeAndComeBackFromText) {
  const auto early = SegmentId::make(instant_from_micros(1'000'000));
  const auto late = SegmentId::make(instant_from_micros(2'000'000));
  EXPECT_LT(early, late);
  EXPECT_EQ(SegmentId::parse(early.text()), early);
  EXPECT_FALSE(SegmentId::parse("nonsense"));
  EXPECT_FALSE(SegmentId::parse(early.text() + "00"));
}

}  // namespace
}  // namespace tenure
