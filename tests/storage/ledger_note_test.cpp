// Signed notes and verifier keys come from other machines: what is odd in any way is refused, and nothing else is.
#include "storage/ledger/note.h"

#include <gtest/gtest.h>

#include "storage/ledger/merkle.h"

namespace tenure::storage {
namespace {

const SigningKey kSigner{"tenure.example/ledger", {1, 2, 3}};
const std::string kDash = "\xe2\x80\x94 ";

Checkpoint checkpoint() { return {kSigner.name, 300, sha256(as_view("root"))}; }
std::string body() { return checkpoint_text(checkpoint()); }
std::string signature_line() {
  const auto note = make_note(kSigner, checkpoint());
  return note.substr(note.find("\n\n") + 2);
}
std::optional<ReadNote> read(const std::string& note) { return read_note(note, verifier_of(kSigner)); }

TEST(SignedNote, IsReadAsItWasSigned) {
  const auto note = read(make_note(kSigner, checkpoint()));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->checkpoint, checkpoint());
  EXPECT_TRUE(note->is_signed);
}

TEST(SignedNote, WhoseCheckpointIsWrittenInAnotherWayIsNone) {
  const auto root = to_base64(checkpoint().root);
  const std::vector<std::pair<const char*, std::string>> texts{
      {"no origin", "\n300\n" + root + "\n"},
      {"an origin that is too long", std::string(101, 'o') + "\n300\n" + root + "\n"},
      {"no size", kSigner.name + "\n\n" + root + "\n"},
      {"a size with a letter", kSigner.name + "\n300x\n" + root + "\n"},
      {"a size with a zero before it", kSigner.name + "\n0300\n" + root + "\n"},
      {"a size that is negative", kSigner.name + "\n-1\n" + root + "\n"},
      {"a size over any", kSigner.name + "\n99999999999999999999\n" + root + "\n"},
      {"a root that is no base64", kSigner.name + "\n300\n" + "?" + root.substr(1) + "\n"},
      {"a root that is too short", kSigner.name + "\n300\n" + to_base64(Blob(31)) + "\n"},
      {"a root in another spelling", kSigner.name + "\n300\n" + root.substr(0, root.size() - 1) + "\n"},
      {"no root", kSigner.name + "\n300\n"},
      {"nothing but an origin", kSigner.name + "\n"},
      {"a line too many", body() + "more\n"},
  };
  for (const auto& [what, text] : texts) EXPECT_FALSE(read(text + "\n" + signature_line())) << what;
}

TEST(SignedNote, WhoseSignaturesAreWrittenInAnotherWayIsNone) {
  const auto line = signature_line();
  const auto signature = line.substr(line.rfind(' ') + 1);
  const std::vector<std::pair<const char*, std::string>> lines{
      {"no signature", ""},
      {"a line without its end", line.substr(0, line.size() - 1)},
      {"a line that is no signature", "signed by us\n"},
      {"a signature without a name", kDash + signature},
      {"an empty name", kDash + " " + signature},
      {"a name with a plus", kDash + "a+b " + signature},
      {"a name with a control character", kDash + std::string("a\x01") + "b " + signature},
      {"a name with a delete", kDash + "a\x7f" + "b " + signature},
      {"a name that is too long", kDash + std::string(101, 'n') + " " + signature},
      {"a signature that is no base64", kDash + kSigner.name + " ????\n"},
      {"a signature without a key's id", kDash + kSigner.name + " " + to_base64(Blob(4)) + "\n"},
      {"a signature in another spelling", kDash + kSigner.name + " " + signature.substr(0, signature.find('=')) + "\n"},
  };
  for (const auto& [what, text] : lines) EXPECT_FALSE(read(body() + "\n" + text)) << what;
}

TEST(SignedNote, MayCarryAWitnessBesideItsOwnSignatureButNotAnyNumber) {
  const std::string witness = kDash + "witness.example " + to_base64(Blob(68, 7)) + "\n";
  const auto beside = read(body() + "\n" + witness + signature_line());
  ASSERT_TRUE(beside);
  EXPECT_TRUE(beside->is_signed);
  const auto alone = read(body() + "\n" + witness);
  ASSERT_TRUE(alone);
  EXPECT_FALSE(alone->is_signed);
  std::string many = signature_line();
  for (int i = 0; i < 15; ++i) many += witness;
  EXPECT_TRUE(read(body() + "\n" + many));
  EXPECT_FALSE(read(body() + "\n" + many + witness)) << "seventeen signatures";
}

TEST(SignedNote, ThatIsTooLongOrHasNoBlankLineIsNone) {
  EXPECT_FALSE(read(body() + signature_line()));
  EXPECT_FALSE(read(body() + "\n" + signature_line() + std::string(4096, 'x')));
}

TEST(SignedNote, UnderAnotherKeysNameOrIdIsNotOurs) {
  const auto line = signature_line();
  auto bytes = *from_base64(line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2));
  const auto note_with = [&](const std::string& name, const Blob& signature) {
    return read(body() + "\n" + kDash + name + " " + to_base64(signature) + "\n");
  };
  EXPECT_TRUE(note_with(kSigner.name, bytes)->is_signed);
  EXPECT_FALSE(note_with("somebody.example", bytes)->is_signed);
  auto short_one = bytes;
  short_one.pop_back();
  EXPECT_FALSE(note_with(kSigner.name, short_one)->is_signed);
  bytes[0] ^= 1;
  EXPECT_FALSE(note_with(kSigner.name, bytes)->is_signed);
  // Signed by the key, over a checkpoint that names another log.
  auto other = checkpoint();
  other.origin = "another.example/ledger";
  EXPECT_FALSE(read(make_note(kSigner, other))->is_signed);
}

TEST(VerifierKeys, AreReadBackWithTheirLineEndAndRefusedWhenAnythingDiffers) {
  const auto text = verifier_key_text(verifier_of(kSigner));
  for (const auto& end : {"", "\n", "\r\n"}) {
    const auto read_back = parse_verifier_key(text + end);
    ASSERT_TRUE(read_back);
    EXPECT_EQ(read_back->name, kSigner.name);
    EXPECT_EQ(read_back->key, verifier_of(kSigner).key);
  }
  const auto base64 = text.substr(text.rfind('+') + 1);
  auto typed = *from_base64(base64);
  const auto with = [&](const Blob& bytes) {
    return kSigner.name + text.substr(kSigner.name.size(), 10) + to_base64(bytes);
  };
  ASSERT_EQ(with(typed), text);
  auto other_kind = typed, too_long = typed;
  other_kind[0] = 2;
  too_long.push_back(0);
  const std::vector<std::pair<const char*, std::string>> texts{
      {"nothing", ""},
      {"only a line end", "\n"},
      {"no plus", "tenure.example"},
      {"one plus", "tenure.example+01020304"},
      {"no name", text.substr(kSigner.name.size())},
      {"a name with a space", "a b" + text.substr(kSigner.name.size())},
      {"a key that is no base64", kSigner.name + text.substr(kSigner.name.size(), 10) + "????"},
      {"a key of another kind", with(other_kind)},
      {"a key that is too long", with(too_long)},
      {"another name under the same hash", "another" + text.substr(kSigner.name.size())},
  };
  for (const auto& [what, wrong] : texts) EXPECT_FALSE(parse_verifier_key(wrong)) << what;
}

}  // namespace
}  // namespace tenure::storage
