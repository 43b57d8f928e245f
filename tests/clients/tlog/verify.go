// Verify checks a Samsyn log over HTTP with Go's own transparency log library, sharing no code with the service:
// the checkpoint's signature, every entry against the root, tiles, inclusion, consistency and, if given, older
// checkpoints and receipts.
//
//	verify -key VKEY -log URL [-checkpoint FILE]... [-receipt FILE]...
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type files []string

func (f *files) String() string     { return strings.Join(*f, ",") }
func (f *files) Set(v string) error { *f = append(*f, v); return nil }

func main() {
	var checkpoints, receipts files
	key := flag.String("key", "", "the log's verifier key")
	url := flag.String("log", "", "the log's address")
	flag.Var(&checkpoints, "checkpoint", "a checkpoint kept from earlier")
	flag.Var(&receipts, "receipt", "a tlog-proof with its leaf")
	flag.Parse()
	if err := verify(*key, strings.TrimSuffix(*url, "/"), checkpoints, receipts); err != nil {
		fmt.Fprintln(os.Stderr, "NOT ACCEPTED:", err)
		os.Exit(1)
	}
}

func verify(key, url string, checkpoints, receipts []string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	raw, err := get(url + "/checkpoint")
	if err != nil {
		return err
	}
	tree, err := open(raw, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	hashes := tlog.TileHashReader(tree, tiles(url))
	leaves, err := entries(url, tree.N)
	if err != nil {
		return err
	}
	stored := memory{}
	for n, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(n), leaf, stored)
		if err != nil {
			return err
		}
		stored.hashes = append(stored.hashes, more...)
		stored = memory{stored.hashes}
	}
	if root, err := tlog.TreeHash(tree.N, stored); err != nil || root != tree.Hash {
		return fmt.Errorf("the %d entries do not add up to the checkpoint's root (%v)", tree.N, err)
	}
	included, err := inclusion(tree, hashes, leaves)
	if err != nil {
		return err
	}
	grown, err := consistency(tree, hashes, stored)
	if err != nil {
		return err
	}
	for _, file := range checkpoints {
		if err := grewFrom(file, verifier, tree, hashes); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, file := range receipts {
		if err := receipt(file, verifier); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	fmt.Printf("accepted: %s, %d entries, %d inclusion and %d consistency proofs, %d older checkpoints, %d receipts\n",
		verifier.Name(), tree.N, included, grown, len(checkpoints), len(receipts))
	return nil
}

// open reads a checkpoint (c2sp.org/tlog-checkpoint) that the verifier's key signed.
func open(raw []byte, verifier note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("origin, size and root are expected: %q", opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// entries gives every leaf, bundle by bundle; a leaf tells a version, a time and a commitment, and nothing else.
func entries(url string, size int64) (leaves [][]byte, err error) {
	for at := int64(0); at < size; at += 1 << height {
		width := size - at
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := get(url + "/" + path("entries", at>>height, int(width)))
		if err != nil {
			return nil, err
		}
		for left := bundle; len(left) > 0; {
			if len(left) < 2 || len(left)-2 < int(binary.BigEndian.Uint16(left)) {
				return nil, fmt.Errorf("the bundle at %d ends within an entry", at)
			}
			end := 2 + int(binary.BigEndian.Uint16(left))
			leaves = append(leaves, left[2:end])
			left = left[end:]
		}
	}
	if int64(len(leaves)) != size {
		return nil, fmt.Errorf("%d entries came, the checkpoint says %d", len(leaves), size)
	}
	for n, leaf := range leaves {
		var said map[string]any
		if json.Unmarshal(leaf, &said) != nil || len(said) != 3 || said["commitment"] == nil || said["time"] == nil {
			return nil, fmt.Errorf("leaf %d is %q", n, leaf)
		}
	}
	return leaves, nil
}

func inclusion(tree tlog.Tree, hashes tlog.HashReader, leaves [][]byte) (checked int, err error) {
	for n := int64(0); n < tree.N; n += 1 + tree.N/300 {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		if err != nil {
			return checked, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(leaves[n])); err != nil {
			return checked, fmt.Errorf("leaf %d: %w", n, err)
		}
		checked++
	}
	return checked, nil
}

func consistency(tree tlog.Tree, hashes, entries tlog.HashReader) (checked int, err error) {
	for old := int64(1); old <= tree.N; old += 1 + tree.N/100 {
		root, err := tlog.TreeHash(old, entries)
		if err != nil {
			return checked, err
		}
		proof, err := tlog.ProveTree(tree.N, old, hashes)
		if err != nil {
			return checked, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, root); err != nil {
			return checked, fmt.Errorf("size %d: %w", old, err)
		}
		checked++
	}
	return checked, nil
}

func grewFrom(file string, verifier note.Verifier, tree tlog.Tree, hashes tlog.HashReader) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := open(raw, verifier)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// receipt checks a tlog-proof (c2sp.org/tlog-proof) whose extra data are the leaf itself.
func receipt(file string, verifier note.Verifier) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, checkpoint, found := bytes.Cut(raw, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("no tlog-proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		step, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, step)
	}
	tree, err := open(checkpoint, verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// memory are hashes in the library's own order, computed here from the entries.
type memory struct{ hashes []tlog.Hash }

func (m memory) ReadHashes(indexes []int64) (found []tlog.Hash, err error) {
	for _, index := range indexes {
		found = append(found, m.hashes[index])
	}
	return found, nil
}

// tiles reads the log's tiles; the library checks them against the root.
type tiles string

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range wanted {
		data, err := get(string(t) + "/" + path(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// path names a tile as c2sp.org/tlog-tiles does, which differs from the library's own.
func path(level string, n int64, width int) string {
	number := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	if width == 1<<height {
		return "tile/" + level + "/" + number
	}
	return fmt.Sprintf("tile/%s/%s.p/%d", level, number, width)
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}
