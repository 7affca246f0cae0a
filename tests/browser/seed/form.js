// Azure Tables configuration
const accountName = "fruitplantcovid";
const tableName = "patient_records";
const sasToken = "?sv=2021-06-08&ss=t&srt=sco&sp=rwdlacu&se=...";

// Form submission handler
document.getElementById('patientForm').addEventListener('submit', async (e) => {
    e.preventDefault();
    
    // Prepare entity
    const today = new Date().toISOString().split('T')[0];
    const entity = {
        PartitionKey: today,
        RowKey: document.getElementById('employeeId').value,
        Name: document.getElementById('name').value,
        TentNumber: document.getElementById('tentNumber').value,
        InfectionStatus: document.getElementById('infectionStatus').value,
        TreatmentStatus: document.getElementById('treatmentStatus').value,
        Temperature: parseFloat(document.getElementById('temperature').value),
        FoodPreference: document.getElementById('foodPreference').value,
        Medication: document.getElementById('medication').value,
        Notes: document.getElementById('notes').value,
        LastUpdated: new Date().toISOString(),
        UpdatedBy: sessionStorage.getItem('username') || 'Unknown'
    };
    
    try {
        // Save to Azure Tables
        await saveToAzureTables(entity);
        alert('✓ Patient data saved successfully!');
        document.getElementById('patientForm').reset();
    } catch (error) {
        alert('✗ Error saving data: ' + error.message);
        console.error(error);
    }
});

// Helper function to save data
async function saveToAzureTables(entity) {
    const url = `https://${accountName}.table.core.windows.net/${tableName}${sasToken}`;
    
    const response = await fetch(url, {
        method: 'POST',
        headers: {
            'Content-Type': 'application/json',
            'Accept': 'application/json;odata=nometadata',
            'x-ms-version': '2021-06-08'
        },
        body: JSON.stringify(entity)
    });
    
    if (!response.ok) {
        const error = await response.text();
        throw new Error(`Failed to save: ${error}`);
    }
}

async function searchPatient() {
    const employeeId = document.getElementById('employeeId').value;
    if (!employeeId) {
        alert('Please enter Employee ID');
        return;
    }
    
    try {
        // Query Azure Tables
        const today = new Date().toISOString().split('T')[0];
        const url = `https://${accountName}.table.core.windows.net/${tableName}(PartitionKey='${today}',RowKey='${employeeId}')${sasToken}`;
        
        const response = await fetch(url, {
            headers: {
                'Accept': 'application/json;odata=nometadata'
            }
        });
        
        if (response.ok) {
            const patient = await response.json();
            // Populate form with patient data
            document.getElementById('name').value = patient.Name;
            document.getElementById('tentNumber').value = patient.TentNumber;
            document.getElementById('infectionStatus').value = patient.InfectionStatus;
            document.getElementById('treatmentStatus').value = patient.TreatmentStatus;
            document.getElementById('temperature').value = patient.Temperature;
            document.getElementById('foodPreference').value = patient.FoodPreference;
            document.getElementById('medication').value = patient.Medication;
            document.getElementById('notes').value = patient.Notes;
        } else {
            alert('Patient not found for today');
        }
    } catch (error) {
        alert('Error searching: ' + error.message);
    }
}
