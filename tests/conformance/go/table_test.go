package conformance

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

const otherEntityETag = azcore.ETag(`W/"datetime'2020-01-02T03%3A04%3A05.1234567Z'"`)

func TestTables(t *testing.T) {
	service := tableService(t)
	_, name := newTable(t)
	refused(service.CreateTable(ctx, name, nil))(t, 409, "TableAlreadyExists")
	refused(service.CreateTable(ctx, strings.ToUpper(name), nil))(t, 409, "TableAlreadyExists")
	refused(service.DeleteTable(ctx, unique(), nil))(t, 404, "ResourceNotFound")
	for bad, code := range map[string]string{"ab": "OutOfRangeInput", strings.Repeat("a", 64): "OutOfRangeInput", "a-b-c": "InvalidResourceName"} {
		refused(service.CreateTable(ctx, bad, nil))(t, 400, bloberrorCode(code))
	}
	filter := fmt.Sprintf("TableName eq '%s'", name)
	page := need(service.NewListTablesPager(&aztables.ListTablesOptions{Filter: &filter}).NextPage(ctx))(t)
	equal(t, len(page.Tables), 1)
	equal(t, *page.Tables[0].Name, name)
}

func TestPagesOfTables(t *testing.T) {
	service := tableService(t)
	prefix := unique()
	for _, letter := range "abcde" {
		need(service.CreateTable(ctx, prefix+string(letter), nil))(t)
	}
	filter := fmt.Sprintf("TableName ge '%sa' and TableName le '%se'", prefix, prefix)
	pages := service.NewListTablesPager(&aztables.ListTablesOptions{Filter: &filter, Top: to.Ptr(int32(2))})
	found := ""
	for pages.More() {
		for _, table := range need(pages.NextPage(ctx))(t).Tables {
			found += strings.TrimPrefix(*table.Name, prefix)
		}
		found += "|"
	}
	equal(t, found, "ab|cd|e|")
	for _, letter := range "abcde" {
		need(service.DeleteTable(ctx, prefix+string(letter), nil))(t)
	}
}

func TestEntityTypes(t *testing.T) {
	table, _ := newTable(t)
	first := time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
	values := properties{
		"String": "größe 日本 🚀", "Empty": "", "True": true, "False": false, "Int32": int32(math.MaxInt32), "Negative": int32(math.MinInt32),
		"Int64": aztables.EDMInt64(math.MaxInt64), "Smallest": aztables.EDMInt64(math.MinInt64), "Double": 1.5, "Largest": math.MaxFloat64,
		"Guid": aztables.EDMGUID("c9da6455-213d-42c9-9a79-3e9149a57833"), "Binary": aztables.EDMBinary{0, 1, 255},
		"Date": aztables.EDMDateTime(time.Date(2024, 2, 29, 12, 34, 56, 123456700, time.UTC)), "First": aztables.EDMDateTime(first),
	}
	addEntity(t, table, "r", values)
	found := getEntity(t, table, "r").Properties
	equal(t, len(found), len(values))
	for name, wanted := range values {
		if date, ok := wanted.(aztables.EDMDateTime); ok {
			equal(t, time.Time(found[name].(aztables.EDMDateTime)).Equal(time.Time(date)), true)
		} else if !reflect.DeepEqual(found[name], wanted) {
			t.Fatalf("%s: %#v instead of %#v", name, found[name], wanted)
		}
	}
}

func TestInsertAndDelete(t *testing.T) {
	table, _ := newTable(t)
	made := addEntity(t, table, "r", properties{"A": int32(1)})
	refused(table.AddEntity(ctx, entityOf(t, "r", nil), nil))(t, 409, "EntityAlreadyExists")
	equal(t, azcore.ETag(getEntity(t, table, "r").ETag), made.ETag)
	refused(table.DeleteEntity(ctx, "p", "r", &aztables.DeleteEntityOptions{IfMatch: to.Ptr(otherEntityETag)}))(t, 412, "UpdateConditionNotSatisfied")
	need(table.DeleteEntity(ctx, "p", "r", &aztables.DeleteEntityOptions{IfMatch: &made.ETag}))(t)
	refused(table.DeleteEntity(ctx, "p", "r", nil))(t, 404, "ResourceNotFound")
	refused(table.GetEntity(ctx, "p", "r", nil))(t, 404, "ResourceNotFound")
}

func TestUpdateAndUpsert(t *testing.T) {
	for mode, wanted := range map[aztables.UpdateMode]int{aztables.UpdateModeMerge: 2, aztables.UpdateModeReplace: 1} {
		table, _ := newTable(t)
		update := &aztables.UpdateEntityOptions{UpdateMode: mode}
		refused(table.UpdateEntity(ctx, entityOf(t, "r", nil), update))(t, 404, "ResourceNotFound")
		made := need(table.UpsertEntity(ctx, entityOf(t, "r", properties{"A": int32(1)}), &aztables.UpsertEntityOptions{UpdateMode: mode}))(t)
		update.IfMatch = &made.ETag
		updated := need(table.UpdateEntity(ctx, entityOf(t, "r", properties{"B": int32(2)}), update))(t)
		equal(t, len(getEntity(t, table, "r").Properties), wanted)
		refused(table.UpdateEntity(ctx, entityOf(t, "r", nil), update))(t, 412, "UpdateConditionNotSatisfied")
		equal(t, azcore.ETag(getEntity(t, table, "r").ETag), updated.ETag)
		update.IfMatch = to.Ptr(azcore.ETag("nonsense"))
		refused(table.UpdateEntity(ctx, entityOf(t, "r", nil), update))(t, 400, "InvalidInput")
		need(table.UpsertEntity(ctx, entityOf(t, "r", properties{"A": int32(3)}), &aztables.UpsertEntityOptions{UpdateMode: mode}))(t)
		equal(t, len(getEntity(t, table, "r").Properties), wanted)
	}
}

func TestOneOfManyWins(t *testing.T) {
	table, _ := newTable(t)
	made := addEntity(t, table, "r", nil)
	var wins, losses int
	var mutex sync.Mutex
	var group sync.WaitGroup
	for number := range 32 {
		group.Add(1)
		go func() {
			defer group.Done()
			options := &aztables.UpdateEntityOptions{IfMatch: &made.ETag, UpdateMode: aztables.UpdateModeReplace}
			_, err := table.UpdateEntity(ctx, entityOf(t, "r", properties{"Winner": int32(number)}), options)
			mutex.Lock()
			defer mutex.Unlock()
			var response *azcore.ResponseError
			if err == nil {
				wins++
			} else if errors.As(err, &response) && response.StatusCode == 412 {
				losses++
			}
		}()
	}
	group.Wait()
	equal(t, wins, 1)
	equal(t, losses, 31)
}

func TestOddKeys(t *testing.T) {
	table, _ := newTable(t)
	for _, key := range []string{"", " ", "100%", "%2F", "a+b", "a&b=c", "größe 日本 🚀", "a,b(c)", "$x", `A:;@!*"<>[]{}|^~`} {
		addEntity(t, table, key, properties{"A": int32(1)})
		equal(t, getEntity(t, table, key).RowKey, key)
		need(table.UpdateEntity(ctx, entityOf(t, key, properties{"B": int32(2)}), nil))(t)
		equal(t, rowsOf(t, table, fmt.Sprintf("PartitionKey eq 'p' and RowKey eq '%s'", key), 0), key)
		need(table.SubmitTransaction(ctx, []aztables.TransactionAction{{ActionType: aztables.TransactionTypeUpdateMerge, Entity: entityOf(t, key, properties{"C": int32(3)})}}, nil))(t)
		equal(t, len(getEntity(t, table, key).Properties), 3)
		need(table.DeleteEntity(ctx, "p", key, nil))(t)
	}
	// A quote is written plainly: EDMEntity doubles it in the body as well as in the URL.
	need(table.AddEntity(ctx, []byte(`{"PartitionKey": "p", "RowKey": "it's", "A": 1}`), nil))(t)
	equal(t, getEntity(t, table, "it's").RowKey, "it's")
	need(table.DeleteEntity(ctx, "p", "it's", nil))(t)
	for _, key := range []string{"a/b", `a\b`, "a#b", "a?b", "a\tb", "a\u0085b"} {
		refused(table.AddEntity(ctx, entityOf(t, key, nil), nil))(t, 400, "OutOfRangeInput")
	}
	equal(t, rowsOf(t, table, "", 0), "")
}

func TestQueries(t *testing.T) {
	table, _ := newTable(t)
	for number, row := range []string{"a", "b", "c", "d", "e"} {
		addEntity(t, table, row, properties{"N": int32(number), "L": aztables.EDMInt64(number), "D": float64(number) + 0.5, "T": row, "F": number > 2})
	}
	for filter, wanted := range map[string]string{
		"N gt 2": "de", "L le 1L": "ab", "D lt 1.0": "a", "T eq 'c'": "c", "F": "de", "not (F)": "abc", "N ne 2": "abde",
		"N eq 0 or N eq 4 and F": "ae", "(N eq 0 or N eq 4) and F eq true": "e", "RowKey ge 'b' and RowKey lt 'd'": "bc", "": "abcde",
	} {
		equal(t, rowsOf(t, table, filter, 0), wanted)
	}
	equal(t, rowsOf(t, table, "", 2), "ab|cd|e|")
	refused(table.NewListEntitiesPager(&aztables.ListEntitiesOptions{Filter: pointer("N eq")}).NextPage(ctx))(t, 400, "InvalidInput")
	selected := &aztables.ListEntitiesOptions{Filter: pointer("RowKey eq 'c'"), Select: pointer("T,RowKey")}
	found := entityFrom(t, need(table.NewListEntitiesPager(selected).NextPage(ctx))(t).Entities[0])
	equal(t, fmt.Sprint(found.PartitionKey, found.RowKey, found.Properties), "cmap[T:c]")
}

func TestMetadataFormats(t *testing.T) {
	table, name := newTable(t)
	addEntity(t, table, "r", nil)
	for format, wanted := range map[aztables.MetadataFormat]string{
		aztables.MetadataFormatNone: "", aztables.MetadataFormatMinimal: "", aztables.MetadataFormatFull: name + "(PartitionKey='p',RowKey='r')",
	} {
		found := entityFrom(t, need(table.GetEntity(ctx, "p", "r", &aztables.GetEntityOptions{Format: &format}))(t).Value)
		equal(t, found.EditLink, wanted)
	}
}

func TestTableThatIsNotThere(t *testing.T) {
	table := tableService(t).NewClient(unique())
	refused(table.AddEntity(ctx, entityOf(t, "r", nil), nil))(t, 404, "TableNotFound")
	refused(table.GetEntity(ctx, "p", "r", nil))(t, 404, "TableNotFound")
	refused(table.NewListEntitiesPager(nil).NextPage(ctx))(t, 404, "TableNotFound")
	refused(table.DeleteEntity(ctx, "p", "r", nil))(t, 404, "TableNotFound")
	refused(table.UpsertEntity(ctx, entityOf(t, "r", nil), nil))(t, 404, "TableNotFound")
	refused(table.GetAccessPolicy(ctx, nil))(t, 404, "TableNotFound")
}

func TestTransactions(t *testing.T) {
	table, _ := newTable(t)
	kinds := []aztables.TransactionType{aztables.TransactionTypeAdd, aztables.TransactionTypeInsertMerge, aztables.TransactionTypeInsertReplace}
	actions := []aztables.TransactionAction{}
	for number := range 100 {
		actions = append(actions, aztables.TransactionAction{ActionType: kinds[number%3], Entity: entityOf(t, fmt.Sprintf("%03d,", number), nil)})
	}
	need(table.SubmitTransaction(ctx, actions, nil))(t)
	equal(t, strings.Count(rowsOf(t, table, "", 0), ","), 100)

	changes := []aztables.TransactionAction{
		{ActionType: aztables.TransactionTypeDelete, Entity: entityOf(t, "000,", nil)},
		{ActionType: aztables.TransactionTypeUpdateReplace, Entity: entityOf(t, "001,", properties{"A": int32(1)})},
		{ActionType: aztables.TransactionTypeUpdateMerge, Entity: entityOf(t, "nowhere", nil), IfMatch: to.Ptr(azcore.ETagAny)},
	}
	_, err := table.SubmitTransaction(ctx, changes, nil)
	if err == nil || !strings.Contains(err.Error(), "ResourceNotFound") || !strings.Contains(err.Error(), "2:The specified resource does not exist.") {
		t.Fatal(err)
	}
	equal(t, strings.Count(rowsOf(t, table, "", 0), ","), 100)
	need(table.SubmitTransaction(ctx, changes[:2], nil))(t)
	equal(t, strings.Count(rowsOf(t, table, "", 0), ","), 99)
}

func TestTableAccessPolicies(t *testing.T) {
	table, name := newTable(t)
	addEntity(t, table, "r", nil)
	start, expiry := time.Now().UTC().Add(-time.Hour).Truncate(time.Second), anHour().Truncate(time.Second)
	policy := &aztables.SignedIdentifier{ID: pointer("policy"), AccessPolicy: &aztables.AccessPolicy{Permission: pointer("r"), Start: &start, Expiry: &expiry}}
	need(table.SetAccessPolicy(ctx, &aztables.SetAccessPolicyOptions{TableACL: []*aztables.SignedIdentifier{policy}}))(t)
	found := need(table.GetAccessPolicy(ctx, nil))(t).SignedIdentifiers
	equal(t, len(found), 1)
	equal(t, *found[0].AccessPolicy.Permission, "r")
	equal(t, found[0].AccessPolicy.Expiry.Equal(expiry), true)

	token := need(aztables.SASSignatureValues{TableName: name, Identifier: "policy"}.Sign(tableCredential(t)))(t)
	equal(t, rowsOf(t, tableBySas(t, name, token), "", 0), "r")
	need(table.SetAccessPolicy(ctx, &aztables.SetAccessPolicyOptions{}))(t)
	refused(tableBySas(t, name, token).GetEntity(ctx, "p", "r", nil))(t, 403, "AuthenticationFailed")
}

// Without ranges of keys: this SDK signs them, but leaves them out of the token.
func TestTableSas(t *testing.T) {
	table, name := newTable(t)
	for _, row := range []string{"a", "b", "c"} {
		addEntity(t, table, row, nil)
	}
	values := aztables.SASSignatureValues{TableName: name, Permissions: "r", ExpiryTime: anHour()}
	client := tableBySas(t, name, need(values.Sign(tableCredential(t)))(t))
	equal(t, rowsOf(t, client, "", 0), "abc")
	refused(client.AddEntity(ctx, entityOf(t, "d", nil), nil))(t, 403, "AuthorizationPermissionMismatch")
	values.ExpiryTime = time.Now().UTC().Add(-time.Hour)
	refused(tableBySas(t, name, need(values.Sign(tableCredential(t)))(t)).GetEntity(ctx, "p", "a", nil))(t, 403, "AuthenticationFailed")
}

func TestAccountSasOfTables(t *testing.T) {
	values := aztables.AccountSASSignatureValues{Version: aztables.SASVersion, ExpiryTime: anHour(), Permissions: "rwdlacu", Services: "t", ResourceTypes: "sco"}
	name := unique()
	token := need(values.Sign(tableCredential(t)))(t)
	client := tableBySas(t, name, token.Encode())
	need(client.CreateTable(ctx, nil))(t)
	addEntity(t, client, "r", nil)
	need(client.SubmitTransaction(ctx, []aztables.TransactionAction{{ActionType: aztables.TransactionTypeAdd, Entity: entityOf(t, "s", nil)}}, nil))(t)
	equal(t, rowsOf(t, client, "", 0), "rs")
	values.ResourceTypes = "s"
	token = need(values.Sign(tableCredential(t)))(t)
	refused(tableBySas(t, name, token.Encode()).GetEntity(ctx, "p", "r", nil))(t, 403, "AuthorizationResourceTypeMismatch")
	need(client.Delete(ctx, nil))(t)
}

func TestTableServiceProperties(t *testing.T) {
	service := tableService(t)
	before := need(service.GetProperties(ctx, nil))(t)
	t.Cleanup(func() { need(service.SetProperties(ctx, before.ServiceProperties, nil))(t) })
	retention := &aztables.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(5))}
	logging := &aztables.Logging{Version: pointer("1.0"), Read: to.Ptr(true), Write: to.Ptr(true), Delete: to.Ptr(true), RetentionPolicy: retention}
	metrics := &aztables.Metrics{Version: pointer("1.0"), Enabled: to.Ptr(true), IncludeAPIs: to.Ptr(true), RetentionPolicy: retention}
	need(service.SetProperties(ctx, aztables.ServiceProperties{Logging: logging, HourMetrics: metrics}, nil))(t)
	found := need(service.GetProperties(ctx, nil))(t)
	equal(t, *found.Logging.Write, true)
	equal(t, *found.HourMetrics.RetentionPolicy.Days, 5)
}

// Only the secondary endpoint has them.
func TestTableServiceStats(t *testing.T) {
	endpoint := strings.TrimRight(setting("TableEndpoint"), "/") + "-secondary"
	service := need(aztables.NewServiceClientWithSharedKey(endpoint, tableCredential(t), tableOptions))(t)
	equal(t, *need(service.GetStatistics(ctx, nil))(t).GeoReplication.Status, aztables.GeoReplicationStatusLive)
	refused(tableService(t).GetStatistics(ctx, nil))(t, 400, "InvalidQueryParameterValue")
}

func TestWrongKeyOfTables(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte("not the key"))
	credential := need(aztables.NewSharedKeyCredential(setting("AccountName"), key))(t)
	service := need(aztables.NewServiceClientWithSharedKey(setting("TableEndpoint"), credential, tableOptions))(t)
	refused(service.GetProperties(ctx, nil))(t, 403, "AuthenticationFailed")
}
