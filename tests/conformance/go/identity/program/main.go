// Reads and writes with whatever credential its surroundings give it, and says how that went.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

var (
	ctx   = context.Background()
	place = os.Getenv("STORAGE_PLACE")
)

// must gives the value of a call that does not fail here.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func text(body io.ReadCloser) (string, error) {
	defer body.Close()
	all, err := io.ReadAll(body)
	return string(all), err
}

func readBlob(client *azblob.Client, name string) (string, error) {
	answer, err := client.DownloadStream(ctx, place, name, nil)
	if err != nil {
		return "", err
	}
	return text(answer.Body)
}

func writeBlob(client *azblob.Client) (string, error) {
	if _, err := client.UploadBuffer(ctx, place, "go", []byte("written"), nil); err != nil {
		return "", err
	}
	return readBlob(client, "go")
}

func readQueue(queue *azqueue.QueueClient) (string, error) {
	answer, err := queue.PeekMessage(ctx, nil)
	if err != nil {
		return "", err
	}
	return *answer.Messages[0].MessageText, nil
}

func writeQueue(queue *azqueue.QueueClient) (string, error) {
	_, err := queue.EnqueueMessage(ctx, "written", nil)
	return "written", err
}

func readTable(table *aztables.Client, partition, row string) (string, error) {
	answer, err := table.GetEntity(ctx, partition, row, nil)
	if err != nil {
		return "", err
	}
	var entity struct{ Text string }
	err = json.Unmarshal(answer.Value, &entity)
	return entity.Text, err
}

func writeTable(table *aztables.Client) (string, error) {
	entity := []byte(`{"PartitionKey":"program","RowKey":"go","Text":"written"}`)
	if _, err := table.UpsertEntity(ctx, entity, nil); err != nil {
		return "", err
	}
	return readTable(table, "program", "go")
}

func readFile(client *file.Client) (string, error) {
	answer, err := client.DownloadStream(ctx, nil)
	if err != nil {
		return "", err
	}
	return text(answer.Body)
}

func writeFile(client *file.Client) (string, error) {
	if _, err := client.Create(ctx, 7, nil); err != nil {
		return "", err
	}
	if _, err := client.UploadRange(ctx, 0, streaming.NopCloser(bytes.NewReader([]byte("written"))), nil); err != nil {
		return "", err
	}
	return readFile(client)
}

func attempt(what string, action func() (string, error)) {
	result, err := action()
	var refusal *azcore.ResponseError
	if errors.As(err, &refusal) && refusal.RawResponse.Header.Get("x-ms-error-code") != "" {
		fmt.Println(what, refusal.StatusCode, refusal.RawResponse.Header.Get("x-ms-error-code"))
	} else {
		fmt.Println(what, must(result, err))
	}
}

func main() {
	credential := must(azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{DisableInstanceDiscovery: true}))
	blobs := must(azblob.NewClient(os.Getenv("STORAGE_BLOB"), credential, nil))
	queue := must(azqueue.NewServiceClient(os.Getenv("STORAGE_QUEUE"), credential, nil)).NewQueueClient(place)
	table := must(aztables.NewServiceClient(os.Getenv("STORAGE_TABLE"), credential, nil)).NewClient(place)
	options := &service.ClientOptions{FileRequestIntent: to.Ptr(service.ShareTokenIntentBackup)}
	files := must(service.NewClient(os.Getenv("STORAGE_FILE"), credential, options)).NewShareClient(place).NewRootDirectoryClient()

	attempt("read blob", func() (string, error) { return readBlob(blobs, "seeded") })
	attempt("write blob", func() (string, error) { return writeBlob(blobs) })
	attempt("read queue", func() (string, error) { return readQueue(queue) })
	attempt("write queue", func() (string, error) { return writeQueue(queue) })
	attempt("read table", func() (string, error) { return readTable(table, "seeded", "seeded") })
	attempt("write table", func() (string, error) { return writeTable(table) })
	attempt("read file", func() (string, error) { return readFile(files.NewFileClient("seeded")) })
	attempt("write file", func() (string, error) { return writeFile(files.NewFileClient("go")) })
}
