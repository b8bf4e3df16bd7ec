#include <gtest/gtest.h>

#include "storage/ledger/merkle.h"
#include "storage/ledger/note.h"
#include "storage/ledger/tile_files.h"

namespace tenure::storage {
namespace {

// The tree that the Certificate Transparency implementations test themselves with.
const char* const kLeaves[] = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> numbered_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = std::to_string(i);
    leaves.push_back(merkle::leaf_hash(as_view(text)));
  }
  return leaves;
}

// Complete subtrees by their definition, from the leaves.
merkle::Nodes nodes_over(const std::vector<Digest>& leaves) {
  return [&leaves](unsigned level, std::uint64_t position) {
    const auto from = leaves.begin() + static_cast<std::ptrdiff_t>(position << level);
    return merkle::root_of({from, from + (std::ptrdiff_t{1} << level)});
  };
}

TEST(Merkle, GivesTheRootsThatEveryTransparencyLogGives) {
  EXPECT_EQ(to_hex(merkle::empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < 8; ++i) {
    leaves.push_back(merkle::leaf_hash(*from_hex(kLeaves[i])));
    EXPECT_EQ(to_hex(merkle::root_of(leaves)), kRoots[i]);
    EXPECT_EQ(to_hex(merkle::root(i + 1, nodes_over(leaves))), kRoots[i]);
  }
}

TEST(Merkle, ProvesEveryLeafOfEveryTreeAndNoOther) {
  const auto leaves = numbered_leaves(70);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const auto root = merkle::root(size, nodes_over(leaves));
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = merkle::inclusion(index, size, nodes_over(leaves));
      EXPECT_TRUE(merkle::verify_inclusion(index, size, leaves[index], proof, root)) << index << " in " << size;
      EXPECT_FALSE(merkle::verify_inclusion(index, size, leaves[(index + 1) % 70], proof, root));
      EXPECT_EQ(merkle::verify_inclusion((index + 1) % size, size, leaves[index], proof, root), size == 1);
      proof.push_back(root);
      EXPECT_FALSE(merkle::verify_inclusion(index, size, leaves[index], proof, root));
    }
  }
}

TEST(Merkle, ProvesThatEveryTreeIsTheBeginningOfEveryLater) {
  const auto leaves = numbered_leaves(70);
  const auto nodes = nodes_over(leaves);
  for (std::uint64_t second = 1; second <= leaves.size(); ++second) {
    const auto second_root = merkle::root(second, nodes);
    for (std::uint64_t first = 1; first <= second; ++first) {
      const auto first_root = merkle::root(first, nodes);
      auto proof = merkle::consistency(first, second, nodes);
      EXPECT_TRUE(merkle::verify_consistency(first, second, first_root, second_root, proof)) << first << " to " << second;
      auto other = first_root;
      other[7] ^= 1;
      EXPECT_FALSE(merkle::verify_consistency(first, second, other, second_root, proof));
      if (proof.empty()) continue;
      proof.back()[0] ^= 0x80;
      EXPECT_FALSE(merkle::verify_consistency(first, second, first_root, second_root, proof));
    }
  }
}

TEST(Merkle, AFrontierKnowsTheRootFromItsEdgeAlone) {
  const auto leaves = numbered_leaves(1000);
  merkle::Hasher hasher;
  merkle::Frontier frontier;
  for (std::uint64_t size = 0; size < leaves.size(); ++size) {
    if (size % 37 == 0) {
      EXPECT_EQ(frontier.root(hasher), merkle::root(size, nodes_over(leaves))) << size;
    }
    frontier.push(hasher, leaves[size]);
  }
}

// The example of the signed-note specification's Go implementation.
TEST(Note, ReadsTheVerifierKeyAndTheSignatureOfTheReferenceImplementation) {
  const auto key = parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key);
  EXPECT_EQ(verifier_key_text(*key), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const std::string text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const auto line = from_base64("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=");
  Signature signature;
  std::copy(line->begin() + 4, line->end(), signature.begin());
  EXPECT_TRUE(signature_holds(key->key, as_view(text), signature));
  signature[5] ^= 1;
  EXPECT_FALSE(signature_holds(key->key, as_view(text), signature));
  EXPECT_FALSE(parse_verifier_key("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

TEST(Note, IsReadBackAsItWasSignedAndRefusedWhenOneByteDiffers) {
  const SigningKey key{"tenure-ledger-test", {1, 2, 3}}, other{"tenure-ledger-test", {3, 2, 1}};
  const Checkpoint checkpoint{key.name, 1234, merkle::leaf_hash(as_view("x"))};
  const auto note = make_note(key, checkpoint);
  ASSERT_TRUE(read_note(note, verifier_of(key)));
  EXPECT_EQ(read_note(note, verifier_of(key))->checkpoint, checkpoint);
  EXPECT_TRUE(read_note(note, verifier_of(key))->is_signed);
  EXPECT_FALSE(read_note(note, verifier_of(other))->is_signed);
  for (std::size_t i = 0; i < note.size(); ++i) {
    auto changed = note;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = read_note(changed, verifier_of(key));
    EXPECT_FALSE(read && read->is_signed) << "byte " << i;
  }
}

TEST(TileFiles, LieWhereTheSpecificationSays) {
  EXPECT_EQ(tile_path(0, 0), "tile/0/000");
  EXPECT_EQ(tile_path(3, 999), "tile/3/999");
  EXPECT_EQ(tile_path(1, 1'234'067), "tile/1/x001/x234/067");
  EXPECT_EQ(bundle_path(1000), "tile/entries/x001/000");
}

}  // namespace
}  // namespace tenure::storage
