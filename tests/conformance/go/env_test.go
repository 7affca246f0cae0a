// Package conformance drives azblob, azqueue, aztables, azfile and azdatalake, Azure's SDKs for Go, against LAZULITE_CONNECTION_STRING.
package conformance

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

const (
	kib = 1 << 10
	mib = 1 << 20

	// What UseDevelopmentStorage=true stands for; this SDK does not expand it.
	development = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50" +
		"uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;" +
		"TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;FileEndpoint=http://127.0.0.1:10003/devstoreaccount1;"
	otherETag = azcore.ETag(`"0x8D4BCC2E4835CD0"`)
)

var (
	ctx = context.Background()
	// One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then.
	oneTry = azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}}
)

func connectionString() string {
	text := os.Getenv("LAZULITE_CONNECTION_STRING")
	if text == "" || strings.TrimRight(text, ";") == "UseDevelopmentStorage=true" {
		return development
	}
	return text
}

// setting reads one part of the connection string.
func setting(name string) string {
	for _, part := range strings.Split(connectionString(), ";") {
		if key, value, found := strings.Cut(part, "="); found && key == name {
			return value
		}
	}
	return ""
}

func serviceClient(t *testing.T) *service.Client {
	t.Helper()
	return need(service.NewClientFromConnectionString(connectionString(), &service.ClientOptions{ClientOptions: oneTry}))(t)
}

// need(call())(t) is the value of a call that must not fail.
func need[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// refused says that a call must have failed with exactly this status and x-ms-error-code.
func refused[T any](_ T, err error) func(*testing.T, int, bloberror.Code) {
	return func(t *testing.T, status int, code bloberror.Code) {
		t.Helper()
		var response *azcore.ResponseError
		if !errors.As(err, &response) {
			t.Fatalf("not refused: %v", err)
		}
		found := bloberror.Code(response.RawResponse.Header.Get("x-ms-error-code"))
		if response.StatusCode != status || found != code {
			t.Fatalf("%d %s instead of %d %s", response.StatusCode, found, status, code)
		}
	}
}

func equal[T comparable](t *testing.T, found, wanted T) {
	t.Helper()
	if found != wanted {
		t.Fatalf("found %v instead of %v", found, wanted)
	}
}

func sameBytes(t *testing.T, found, wanted []byte) {
	t.Helper()
	if !bytes.Equal(found, wanted) {
		t.Fatalf("%d bytes differ from the %d wanted", len(found), len(wanted))
	}
}

func unique() string {
	letters := make([]byte, 16)
	rand.Read(letters)
	return "t" + hex.EncodeToString(letters)
}

// newContainer is a container of the test's own, deleted afterwards.
func newContainer(t *testing.T) *container.Client {
	t.Helper()
	made := serviceClient(t).NewContainerClient(unique())
	need(made.Create(ctx, nil))(t)
	t.Cleanup(func() { need(made.Delete(ctx, nil))(t) })
	return made
}

// newBlob is a client for a blob that is not there yet.
func newBlob(t *testing.T) *blockblob.Client {
	t.Helper()
	return newContainer(t).NewBlockBlobClient("blob")
}

func body(content []byte) io.ReadSeekCloser { return nopCloser{bytes.NewReader(content)} }

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

func upload(t *testing.T, client *blockblob.Client, content string) blockblob.UploadResponse {
	t.Helper()
	return need(client.Upload(ctx, body([]byte(content)), nil))(t)
}

func download(t *testing.T, client *blockblob.Client, options *blob.DownloadStreamOptions) []byte {
	t.Helper()
	answer := need(client.DownloadStream(ctx, options))(t)
	defer answer.Body.Close()
	return need(io.ReadAll(answer.Body))(t)
}

// pattern is bytes of which no two aligned KiB are alike, so that a block or range out of place shows.
func pattern(size int) []byte {
	content := make([]byte, 0, size+kib)
	for number := uint64(0); len(content) < size; number++ {
		content = append(content, bytes.Repeat(binary.BigEndian.AppendUint64(nil, number), 128)...)
	}
	return content[:size]
}

// metadataOf takes what the service said; net/http writes header names its own way, so names are compared in lower case.
func metadataOf(found map[string]*string) map[string]string {
	plain := map[string]string{}
	for name, value := range found {
		plain[strings.ToLower(name)] = *value
	}
	return plain
}

func sameMetadata(t *testing.T, found map[string]*string, wanted map[string]string) {
	t.Helper()
	plain := metadataOf(found)
	equal(t, len(plain), len(wanted))
	for name, value := range wanted {
		equal(t, plain[name], value)
	}
}

func when(conditions blob.ModifiedAccessConditions) *blob.AccessConditions {
	return &blob.AccessConditions{ModifiedAccessConditions: &conditions}
}

// plainGet is what a browser sends: a URL and nothing else.
func plainGet(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	answer := need(http.Get(url))(t)
	defer answer.Body.Close()
	return answer, need(io.ReadAll(answer.Body))(t)
}

var pointer = to.Ptr[string]
