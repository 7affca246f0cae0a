package conformance

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

var (
	tableOptions = &aztables.ClientOptions{ClientOptions: oneTry}
	anHour       = func() time.Time { return time.Now().UTC().Add(time.Hour) }
)

func tableCredential(t *testing.T) *aztables.SharedKeyCredential {
	t.Helper()
	return need(aztables.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
}

func tableService(t *testing.T) *aztables.ServiceClient {
	t.Helper()
	return need(aztables.NewServiceClientWithSharedKey(setting("TableEndpoint"), tableCredential(t), tableOptions))(t)
}

// newTable is a table of the test's own, deleted afterwards, and its name.
func newTable(t *testing.T) (*aztables.Client, string) {
	t.Helper()
	name := unique()
	made := tableService(t).NewClient(name)
	need(made.CreateTable(ctx, nil))(t)
	t.Cleanup(func() { need(made.Delete(ctx, nil))(t) })
	return made, name
}

// tableBySas holds nothing but a SAS.
func tableBySas(t *testing.T, name, token string) *aztables.Client {
	t.Helper()
	address := strings.TrimRight(setting("TableEndpoint"), "/") + "/?" + token
	return need(aztables.NewServiceClientWithNoCredential(address, tableOptions))(t).NewClient(name)
}

type properties = map[string]any

// entityOf is JSON of an entity in partition p.
func entityOf(t *testing.T, row string, values properties) []byte {
	t.Helper()
	entity := aztables.EDMEntity{Entity: aztables.Entity{PartitionKey: "p", RowKey: row}, Properties: values}
	return need(json.Marshal(entity))(t)
}

func addEntity(t *testing.T, table *aztables.Client, row string, values properties) aztables.AddEntityResponse {
	t.Helper()
	return need(table.AddEntity(ctx, entityOf(t, row, values), nil))(t)
}

func entityFrom(t *testing.T, content []byte) aztables.EDMEntity {
	t.Helper()
	var found aztables.EDMEntity
	if err := json.Unmarshal(content, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func getEntity(t *testing.T, table *aztables.Client, row string) aztables.EDMEntity {
	t.Helper()
	return entityFrom(t, need(table.GetEntity(ctx, "p", row, nil))(t).Value)
}

// rowsOf walks all pages of a query and joins the row keys; with `top`, a page's rows are followed by a bar.
func rowsOf(t *testing.T, table *aztables.Client, filter string, top int32) string {
	t.Helper()
	options := &aztables.ListEntitiesOptions{}
	if filter != "" {
		options.Filter = &filter
	}
	if top != 0 {
		options.Top = to.Ptr(top)
	}
	pages := table.NewListEntitiesPager(options)
	rows := ""
	for pages.More() {
		for _, content := range need(pages.NextPage(ctx))(t).Entities {
			rows += entityFrom(t, content).RowKey
		}
		if top != 0 {
			rows += "|"
		}
	}
	return rows
}
