package conformance

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/fileerror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/lease"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

const (
	podCount    = 20
	folderCount = 4
	podRounds   = 60
	turns       = 3 // of each pod at the counter that all of them share
)

// podText is what a pod writes in one of its rounds. It says whose it is, and is longer or shorter than the one before.
func podText(pod, round int) string {
	return fmt.Sprintf("%d %d\n", pod, round) + strings.Repeat(fmt.Sprintf("%d/%d;", pod, round), 20+round*977%700)
}

// roundOf is the round of a text that must be whole.
func roundOf(pod int, text string) (int, error) {
	var writer, round int
	if _, err := fmt.Sscanf(text, "%d %d\n", &writer, &round); err != nil || writer != pod || text != podText(pod, round) {
		return 0, fmt.Errorf("torn: %d bytes of pod %d begin with %.40q", len(text), pod, text)
	}
	return round, nil
}

// A folder is "blue-3" or "green-3" at any moment, and never both or neither.
var colours = [2]string{"blue", "green"}

func inFolder(home *share.Client, folder, colour int) *directory.Client {
	return home.NewDirectoryClient(fmt.Sprintf("%s-%d", colours[colour], folder))
}

// wherever does something in a folder under the name that it has, which may become another while it is done.
func wherever(home *share.Client, folder int, do func(*directory.Client) error) error {
	for attempt := range 10_000 {
		err := do(inFolder(home, folder, attempt%2))
		if !fileerror.HasCode(err, fileerror.ParentNotFound, fileerror.ResourceNotFound) {
			return err
		}
	}
	return fmt.Errorf("folder %d or what was in it is lost", folder)
}

func fetch(client *file.Client) (string, error) {
	answer, err := client.DownloadStream(ctx, nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return string(content), err
}

// replaceFile writes beside a file and moves over it: no reader sees it empty or half.
func replaceFile(home *directory.Client, name, text string) error {
	beside := home.NewFileClient(name + ".new")
	if _, err := beside.Create(ctx, int64(len(text)), nil); err != nil {
		return err
	}
	if _, err := beside.UploadRange(ctx, 0, body([]byte(text)), nil); err != nil {
		return err
	}
	path := strings.Split(home.URL(), "/")
	_, err := beside.Rename(ctx, path[len(path)-1]+"/"+name, &file.RenameOptions{ReplaceIfExists: to.Ptr(true)})
	return err
}

func fileOfPod(pod int) string { return fmt.Sprintf("pod-%d.json", pod) }

// livePod rewrites its own file and reads it back and another one's, round by round.
func livePod(home *share.Client, pod int) error {
	seen := make([]int, podCount)
	for round := 1; round <= podRounds; round++ {
		mine := func(folder *directory.Client) error { return replaceFile(folder, fileOfPod(pod), podText(pod, round)) }
		if err := wherever(home, pod%folderCount, mine); err != nil {
			return err
		}
		for _, other := range []int{pod, (pod + round) % podCount} {
			var text string
			look := func(folder *directory.Client) (err error) {
				text, err = fetch(folder.NewFileClient(fileOfPod(other)))
				return err
			}
			if err := wherever(home, other%folderCount, look); err != nil {
				return err
			}
			found, err := roundOf(other, text)
			if err != nil {
				return err
			}
			if found < seen[other] || (other == pod && found != round) {
				return fmt.Errorf("pod %d finds round %d of pod %d after %d", pod, found, other, seen[other])
			}
			seen[other] = found
		}
		if round%(podRounds/turns) == 0 {
			if err := count(home); err != nil {
				return err
			}
		}
	}
	return nil
}

// count adds one to what stands in a file that whoever has its lease may write.
func count(home *share.Client) error {
	counter := home.NewRootDirectoryClient().NewFileClient("counter")
	held, err := lease.NewFileClient(counter, nil)
	if err != nil {
		return err
	}
	for {
		if _, err = held.Acquire(ctx, nil); err == nil {
			break
		}
		if !fileerror.HasCode(err, "LeaseAlreadyPresent") {
			return err
		}
	}
	text, err := fetch(counter)
	if err != nil {
		return err
	}
	var number int
	fmt.Sscanf(text, "%d", &number)
	mine := &file.UploadRangeOptions{LeaseAccessConditions: &file.LeaseAccessConditions{LeaseID: held.LeaseID()}}
	if _, err = counter.UploadRange(ctx, 0, body([]byte(fmt.Sprintf("%06d", number+1))), mine); err != nil {
		return err
	}
	_, err = held.Release(ctx, nil)
	return err
}

func namesIn(client *directory.Client) (map[string]bool, error) {
	names := map[string]bool{}
	pager := client.NewListFilesAndDirectoriesPager(&directory.ListFilesAndDirectoriesOptions{MaxResults: to.Ptr(int32(1000))})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Segment.Directories {
			names[*item.Name] = true
		}
		for _, item := range page.Segment.Files {
			names[*item.Name] = true
		}
	}
	return names, nil
}

// turnFolder renames a folder; the share has it under its new name alone then, with every pod's file in it.
func turnFolder(home *share.Client, folder int, colour []int) error {
	from := inFolder(home, folder, colour[folder])
	colour[folder] = 1 - colour[folder]
	if _, err := from.Rename(ctx, fmt.Sprintf("%s-%d", colours[colour[folder]], folder), nil); err != nil {
		return err
	}
	found, err := namesIn(home.NewRootDirectoryClient())
	if err != nil {
		return err
	}
	wanted := map[string]bool{"counter": true}
	for other := range folderCount {
		wanted[fmt.Sprintf("%s-%d", colours[colour[other]], other)] = true
	}
	if !maps.Equal(found, wanted) {
		return fmt.Errorf("in the root there is %v instead of %v", found, wanted)
	}
	if found, err = namesIn(inFolder(home, folder, colour[folder])); err != nil {
		return err
	}
	for pod := folder; pod < podCount; pod += folderCount {
		if !found[fileOfPod(pod)] {
			return fmt.Errorf("the file of pod %d is not in %v", pod, found)
		}
	}
	return nil
}

// Twenty clients rewrite and read configuration files while another lists and renames the directories that these are
// in. No read finds a part of a file or an older one than before, every write is found by who made it, and nothing is lost.
func TestManyPodsOneShare(t *testing.T) {
	home := newShare(t, nil)
	newFile(t, home, "counter", "000000")
	for folder := range folderCount {
		newDirectory(t, home, fmt.Sprintf("%s-%d", colours[0], folder))
	}
	for pod := range podCount {
		need("", replaceFile(inFolder(home, pod%folderCount, 0), fileOfPod(pod), podText(pod, 0)))(t)
	}

	var pods, keeper sync.WaitGroup
	over := make(chan struct{})
	problems := make([]error, podCount+1)
	for pod := range podCount {
		pods.Go(func() { problems[pod] = livePod(home, pod) })
	}
	colour := make([]int, folderCount)
	keeper.Go(func() {
		for turn := 0; problems[podCount] == nil; turn++ {
			select {
			case <-over:
				return
			default:
				problems[podCount] = turnFolder(home, turn%folderCount, colour)
			}
		}
	})
	pods.Wait()
	close(over)
	keeper.Wait()
	need("", errors.Join(problems...))(t)

	for folder := range folderCount {
		home := inFolder(home, folder, colour[folder])
		wanted := []string{}
		for pod := folder; pod < podCount; pod += folderCount {
			wanted = append(wanted, fileOfPod(pod))
			equal(t, readFile(t, home.NewFileClient(fileOfPod(pod)), nil), podText(pod, podRounds))
		}
		slices.Sort(wanted)
		equal(t, strings.Join(slices.Sorted(maps.Keys(need(namesIn(home))(t))), " "), strings.Join(wanted, " "))
	}
	equal(t, readFile(t, home.NewRootDirectoryClient().NewFileClient("counter"), nil), fmt.Sprintf("%06d", podCount*turns))
}
