// What the promise report calls a recording that anybody can play, and what only begins like one.
#include <gtest/gtest.h>

#include <string>

#include "storage/attestation/plain_look.h"

namespace tenure::storage {
namespace {

using namespace std::string_literals;

bool is_recording(const std::string& bytes) { return attestation::is_plain_recording(as_view(bytes)); }

// The first box of an MP4 and of its like, and something behind it.
std::string box(const std::string& brands) {
  return "\0\0\0"s + static_cast<char>(12 + brands.size()) + "ftyp" + brands.substr(0, 4) + "\0\0\0\0"s +
         brands.substr(4) + "\0\0\0\x08meta"s;
}

TEST(PlainLook, TakesNoPictureForARecording) {
  for (const auto* brands :
       {"heic", "heicmif1heic", "heixmif1heix", "mif1heic", "avifavifmif1miafMA1B", "heicmif1MiHEMiPrmiafMiHBheictmap"})
    EXPECT_FALSE(is_recording(box(brands))) << brands;
  EXPECT_FALSE(is_recording(box("heicmif1heic").substr(0, 12))) << "cut off";
  EXPECT_FALSE(is_recording("RIFF\x24\0\0\0WEBPVP8 "s));
  EXPECT_FALSE(is_recording("RIFF\x24\0\0\0ACONanih"s)) << "a cursor";
}

TEST(PlainLook, TakesASequenceOfPicturesForARecording) {
  for (const auto* brands : {"hevchevcmif1", "msf1", "avisavismsf1mif1miafMA1B", "mif1heicmsf1", "heicmif1mp42",
                             "isomiso2avc1mp41", "qt  qt  ", "avc1", "mif1none"})
    EXPECT_TRUE(is_recording(box(brands))) << brands;
  EXPECT_TRUE(is_recording("\0\0\0\x18"s + "ftyphei")) << "cut off before it says more";
  EXPECT_TRUE(is_recording("\0\0\0\x0C"s + "ftypheic" + "\0\0\0\0"s)) << "too short to say all that it is";
}

TEST(PlainLook, TakesNoWordsForARecording) {
  for (const auto* words : {"RIFFRAFF went home", "RIFF", "RF64 is a card", "ID3 cards of staff", "OggSomething",
                            "fLaChouse", "#!AMReader", "IMKH is written here", "DHAV\n", "FORM 27b, AIF"})
    EXPECT_FALSE(is_recording(words)) << words;
  EXPECT_FALSE(is_recording("FLV\x01"s));
  EXPECT_FALSE(is_recording("FLV\x01 is the first version"s));
  EXPECT_FALSE(is_recording("ID3\x02 A \x80\x80"s)) << "no such size";
  const std::string more(64, '.');
  for (const auto* words : {"Use ftyp or moof\r\n", "The moof\t", "RIFF andWAVE ", "FORM 27bAIFF ", "#!AMR\nSalaam\n"})
    EXPECT_FALSE(is_recording(words + more)) << words;
}

TEST(PlainLook, KnowsWhatARecordingHasBehindItsMark) {
  const std::string size = "\x24\x10\0\0"s, text(64, ' ');
  for (const auto& bytes :
       {"RIFF" + size + "WAVEfmt " + text, "RIFF" + size + "AVI LIST" + text, "RIFF" + size + "CDXAfmt " + text,
        "RF64\xff\xff\xff\xffWAVEds64"s, "ID3\x03\0\0\0\0\x0f\x76TIT2"s + text, "ID3\x04\0"s,
        "ID3\x02\0\x80\x7f\x7f\x7f\x7f"s, "OggS\0\x02"s + text, "fLaC\0\0\0\x22\x10"s + text, "fLaC\x80\0\0\x22"s,
        "FLV\x01\x05\0\0\0\x09\0\0\0\0"s, "FLV\x01\x04\0\0\0\x09"s, "IMKH\x01\x01\0\0"s + text,
        "DHAV\xfd\0\0\0"s + text, "FORM\0\1\2\3AIFF"s + text, "#!AMR\n\x3c\x08"s + text, "#!AMR-WB\n\x24\x90\xff"s + text,
        "#!AMR_MC1.0\n\0\0\0\x02"s})
    EXPECT_TRUE(is_recording(bytes)) << to_hex(as_view(bytes.substr(0, 16)));
}

}  // namespace
}  // namespace tenure::storage
